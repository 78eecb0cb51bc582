import { ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { forwardLines, type Program, type ProgramOptions } from './program.js';
import { type SystemCall, systemCall } from './program-text.js';

/** A program that Node starts, by a fork of the server. */
export class NodeProgram implements Program {
  readonly output: Readable;
  readonly input: Writable | null;
  readonly pid: number;
  private readonly child: ChildProcess;
  private isRunning = true;

  constructor(options: ProgramOptions) {
    if (!isDirectlyExecutable(options.file)) throw new Error('the file names no interpreter (ENOEXEC)');
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
    if (this.child.stderr !== null) forwardLines(this.child.stderr, options.errors!);
    this.child.on('error', () => this.ended(options, null, null));
    this.child.on('exit', (status, signal) => this.ended(options, status, signal));
  }

  kill(signal: NodeJS.Signals | number): void {
    if (this.isRunning && this.pid !== 0) this.child.kill(signal);
  }

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

/**
 * Would the kernel run this file by itself? The C library hands a text without `#!` to the shell, which lighttpd's
 * execve does not; such a file is refused here instead.
 */
function isDirectlyExecutable(path: string): boolean {
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
