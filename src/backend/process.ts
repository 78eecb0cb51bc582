import { ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { LogWriter } from '../log/log-writer.js';
import { type ProgramCall, type SystemCall, systemCall } from './program-text.js';

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
export class Program {
  readonly output: Readable;
  /** Null unless it reads from a pipe. */
  readonly input: Writable | null;
  /** 0 where it could not be started: then the output is empty. */
  readonly pid: number;
  private readonly child: ChildProcess;
  private isRunning = true;

  /** Throws where the system refuses another process. */
  constructor(options: ProgramOptions) {
    const call = systemCall(options);
    const inherited = options.errors === null ? 2 : options.errors.fileDescriptor;
    this.child = start(call, [
      options.input === 'none' ? 'ignore' : options.input,
      'pipe',
      inherited >= 0 ? inherited : 'pipe',
    ]);
    this.pid = this.child.pid ?? 0;
    this.output = this.child.stdout!;
    this.input = this.child.stdin;
    // a program may close its input early, as one that does not read the body does
    this.input?.on('error', ignore);
    this.output.on('error', ignore);
    if (this.child.stderr !== null) forward(this.child.stderr, options.errors!);
    this.child.on('error', () => this.ended(options, null, null));
    this.child.on('exit', (status, signal) => this.ended(options, status, signal));
  }

  kill(signal: NodeJS.Signals | number): void {
    if (this.isRunning && this.pid !== 0) this.child.kill(signal);
  }

  /** Takes the server's ends of the pipes away. */
  disconnect(): void {
    this.output.destroy();
    this.input?.destroy();
  }

  private ended(options: ProgramOptions, status: number | null, signal: NodeJS.Signals | null): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    options.onExit(status, signal);
  }
}

/** What `spawn` calls itself, with the environment as the system takes it. */
interface PairSpawner {
  spawn(options: object): void;
}

function start({ file, args, folder, environment, repeated }: SystemCall, stdio: StdioOptions): ChildProcess {
  if (repeated.length === 0)
    return spawn(file, args.slice(1), { argv0: args[0], cwd: folder, env: environment, stdio });
  // an object cannot hold a name twice
  const envPairs = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  envPairs.push(...repeated);
  const child = new ChildProcess();
  (child as unknown as PairSpawner).spawn({ file, args, cwd: folder, envPairs, stdio });
  return child;
}

function ignore(): void {}

/** Passes whole lines on, so that the messages of programs do not mix within a line. */
function forward(from: Readable, to: LogWriter): void {
  let rest = '';
  from.on('data', (chunk: Buffer) => {
    const text = rest + chunk.toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    if (end === 0) return;
    to.write(text.slice(0, end));
    to.flush();
  });
  from.on('error', ignore);
  from.on('end', () => {
    if (rest === '') return;
    to.write(`${rest}\n`);
    to.flush();
  });
}

/**
 * Would the kernel run this file by itself? The C library hands a text without `#!` to the shell, which lighttpd's
 * execve does not; such a file is refused here instead.
 */
export function isDirectlyExecutable(path: string): boolean {
  const start = Buffer.alloc(64);
  let fd = -1;
  try {
    fd = fs.openSync(Buffer.from(path, 'latin1'), 'r');
    const length = fs.readSync(fd, start, 0, start.length, 0);
    return start.toString('latin1', 0, 2) === '#!' || !isText(start.subarray(0, length));
  } catch {
    // a program can be executable without being readable
    return true;
  } finally {
    if (fd >= 0) fs.closeSync(fd);
  }
}

function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}
