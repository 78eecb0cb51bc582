import { type ChildProcess, spawn } from 'node:child_process';
import type { ReportLoss } from './file-log.js';
import type { LogSink } from './log-writer.js';

/** What a program has not taken may wait in memory up to this many bytes. */
const waitingMax = 4_194_304;
const restartAfterMs = 5000;
const closeWithinMs = 2000;

/** Whose rights a program runs with; the server's own where there is none. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/**
 * A log that a program reads from its standard input (`"|program"`). The program outlives reloads and SIGHUP. One
 * that ends is started again, at most every five seconds; lines wait for it meanwhile.
 */
export class ProgramLog implements LogSink {
  readonly fileDescriptor = -1;
  private readonly command: string;
  private readonly runAs: RunAs | null;
  private readonly reportLoss: ReportLoss;
  private child: ChildProcess | null = null;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private startedAtMs = 0;
  private restart: NodeJS.Timeout | null = null;
  private closed = false;

  /** The command is given to `/bin/sh`. */
  constructor(command: string, runAs: RunAs | null, reportLoss: ReportLoss) {
    this.command = command;
    this.runAs = runAs;
    this.reportLoss = reportLoss;
    this.start();
  }

  send(bytes: Buffer): void {
    const stdin = this.child?.stdin;
    const pending = this.waitingBytes + (stdin?.writableLength ?? 0);
    if (pending + bytes.length > waitingMax)
      this.reportLoss(new Error(`${this.command} does not read its input`));
    else if (stdin?.writable) stdin.write(bytes);
    else this.hold(bytes);
  }

  /** Resolves once all is on its way to the program, which ends when it likes; or when it does not take it in time. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.restart !== null) clearTimeout(this.restart);
    const child = this.child;
    if (child?.stdin == null) return;
    const { stdin } = child;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, closeWithinMs);
      stdin.once('close', () => resolve(clearTimeout(late)));
      stdin.end(() => resolve(clearTimeout(late)));
    });
    child.unref();
  }

  private hold(bytes: Buffer): void {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
  }

  private start(): void {
    this.restart = null;
    this.startedAtMs = performance.now();
    const child = spawn('/bin/sh', ['-c', this.command], {
      ...this.runAs,
      stdio: ['pipe', 'ignore', 'ignore'],
      // a signal to the server's process group is not for it: it ends when its input does
      detached: true,
    });
    this.child = child;
    // a program that ends while it is written to: its end is what matters
    child.stdin.on('error', () => {});
    child.on('error', (error) => this.ended(child, error));
    child.on('exit', () => this.ended(child, null));
    for (const bytes of this.waiting) child.stdin.write(bytes);
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private ended(child: ChildProcess, error: Error | null): void {
    if (this.child !== child) return;
    this.child = null;
    if (error !== null) this.reportLoss(error);
    if (this.closed) return;
    const wait = Math.max(0, this.startedAtMs + restartAfterMs - performance.now());
    this.restart = setTimeout(() => this.start(), wait);
  }
}
