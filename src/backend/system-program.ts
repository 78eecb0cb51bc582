import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { forwardLines, type Program, type ProgramOptions } from './program.js';
import { type PipeEnds, type ProgramEnd, type SystemSpawn, signalName } from './system-spawn.js';

/** What the programs of a worker share. */
export interface ProgramShare {
  readonly system: SystemSpawn;
  readonly reaper: Reaper;
  /** What they write is read into this buffer; Node would make one of 64 KiB for each of them. */
  readonly readBuffer: Buffer;
}

/** A program that was started without a fork of the server. */
export class SystemProgram implements Program {
  readonly output: Socket;
  readonly input: Socket | null;
  readonly pid: number;
  private isRunning = true;

  constructor(options: ProgramOptions, { system, reaper, readBuffer }: ProgramShare) {
    const pipes: PipeEnds[] = [];
    const newPipe = (): PipeEnds => {
      pipes.push(system.pipe());
      return pipes.at(-1)!;
    };
    const inherited = options.errors?.fileDescriptor ?? 2;
    let output: PipeEnds;
    let input: PipeEnds | null;
    let errors: PipeEnds | null;
    try {
      output = newPipe();
      input = options.input === 'pipe' ? newPipe() : null;
      errors = inherited < 0 ? newPipe() : null;
      this.pid = system.start(options, {
        input: input?.readEnd ?? (options.input as number | 'none'),
        output: output.writeEnd,
        errors: errors?.writeEnd ?? inherited,
      });
    } catch (error) {
      for (const { readEnd, writeEnd } of pipes) close(readEnd, writeEnd);
      throw error;
    }
    reaper.watch(this.pid, (end) => this.ended(options, end));
    this.output = readFrom(output, readBuffer);
    this.input = input === null ? null : writeTo(input);
    // a program may close its input early, as one that does not read the body does
    this.input?.on('error', ignore);
    this.output.on('error', ignore);
    if (errors !== null) forwardLines(readFrom(errors, readBuffer), options.errors!);
  }

  kill(signal: NodeJS.Signals | number): void {
    if (!this.isRunning) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // it may have become another user's, as a program with a set-user-id bit does
    }
  }

  disconnect(): void {
    this.output.destroy();
    this.input?.destroy();
  }

  private ended(options: ProgramOptions, { status, signal }: ProgramEnd): void {
    this.isRunning = false;
    options.onExit(status, signalName(signal));
  }
}

/** Hears of the end of programs: the system tells that one has ended, and not which. */
export class Reaper {
  private readonly system: SystemSpawn;
  private readonly running = new Map<number, (end: ProgramEnd) => void>();
  private isListening = false;

  constructor(system: SystemSpawn) {
    this.system = system;
  }

  watch(pid: number, onEnd: (end: ProgramEnd) => void): void {
    this.running.set(pid, onEnd);
    if (this.isListening) return;
    this.isListening = true;
    process.on('SIGCHLD', this.reap);
    // one that has ended before anybody listened
    setImmediate(this.reap);
  }

  stop(): void {
    process.off('SIGCHLD', this.reap);
    this.isListening = false;
  }

  private readonly reap = (): void => {
    for (const [pid, onEnd] of this.running) {
      const end = this.system.endOf(pid);
      if (end === null) continue;
      this.running.delete(pid);
      onEnd(end);
    }
  };
}

/** The server's end; the program's is closed here. */
function readFrom({ readEnd, writeEnd }: PipeEnds, buffer: Buffer): Socket {
  close(writeEnd);
  const callback = (length: number): boolean => socket.push(Buffer.from(buffer.subarray(0, length)));
  // (Node takes `onread` here too; its types say so of connections alone)
  const options = { fd: readEnd, readable: true, writable: false, onread: { buffer, callback } };
  const socket = new Socket(options);
  return socket;
}

function writeTo({ readEnd, writeEnd }: PipeEnds): Socket {
  close(readEnd);
  return new Socket({ fd: writeEnd, readable: false, writable: true });
}

function close(...descriptors: number[]): void {
  for (const descriptor of descriptors) closeSync(descriptor);
}

function ignore(): void {}
