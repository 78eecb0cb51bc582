import type { Readable, Writable } from 'node:stream';
import type { LogWriter } from '../log/log-writer.js';
import type { ProgramCall } from './program-text.js';

export interface ProgramOptions extends ProgramCall {
  /** `pipe`, `none` (/dev/null), or the descriptor of an open file. */
  readonly input: 'pipe' | 'none' | number;
  /** Null: the server's own standard error. */
  readonly errors: LogWriter | null;
  /** The exit status, or the signal that ended it. Also called where the program could not be started. */
  onExit(status: number | null, signal: NodeJS.Signals | null): void;
}

/**
 * A program that answers on its standard output. It is reaped whatever becomes of the request; `kill` after its end
 * does nothing, so that no other process is ever hit.
 */
export interface Program {
  readonly output: Readable;
  /** Null unless it reads from a pipe. */
  readonly input: Writable | null;
  /** 0 where it could not be started: then the output is empty. */
  readonly pid: number;
  kill(signal: NodeJS.Signals | number): void;
  /** Takes the server's ends of the pipes away. */
  disconnect(): void;
}

/** Passes whole lines on, so that the messages of programs do not mix within a line. */
export function forwardLines(from: Readable, to: LogWriter): void {
  let rest = '';
  from.on('data', (chunk: Buffer) => {
    const text = rest + chunk.toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    if (end === 0) return;
    to.write(text.slice(0, end));
    to.flush();
  });
  from.on('error', () => {});
  from.on('end', () => {
    if (rest === '') return;
    to.write(`${rest}\n`);
    to.flush();
  });
}
