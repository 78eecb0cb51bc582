import { closeSync, openSync, writeSync } from 'node:fs';
import type { LogSink } from './log-writer.js';

/** What could not be written may wait for the next batch up to this many bytes. */
const unsentMax = 1_048_576;

/** Tells that lines were lost, and why. */
export type ReportLoss = (error: unknown) => void;

/** The standard streams by their number: their names may not be opened (a socket), or would start them anew. */
const streams: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2 };

/** A log file, appended to with one call a batch. `/dev/stdout` and `/dev/stderr` are the streams themselves. */
export class FileLog implements LogSink {
  private readonly path: string;
  private readonly openFile: (path: string) => number;
  private readonly reportLoss: ReportLoss;
  private fd: number;
  /** What a full pipe did not take; sent before anything else. */
  private unsent: Buffer = Buffer.alloc(0);

  /** Throws where the file cannot be opened. */
  constructor(path: string, openFile: (path: string) => number, reportLoss: ReportLoss) {
    this.path = path;
    this.openFile = openFile;
    this.reportLoss = reportLoss;
    this.fd = streams[path] ?? openFile(path);
  }

  get fileDescriptor(): number {
    return this.fd;
  }

  send(bytes: Buffer): void {
    let rest = this.unsent.length === 0 ? bytes : Buffer.concat([this.unsent, bytes]);
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.fd, rest));
      this.unsent = rest;
    } catch (error) {
      const isFull = (error as NodeJS.ErrnoException).code === 'EAGAIN' && rest.length <= unsentMax;
      this.unsent = isFull ? rest : Buffer.alloc(0);
      if (!isFull) this.reportLoss(error);
    }
  }

  /** Opens the file of that name anew, for logrotate. Throws where that fails, and the old file stays in use. */
  reopen(): void {
    if (this.path in streams) return;
    const fd = this.openFile(this.path);
    closeSync(this.fd);
    this.fd = fd;
  }

  close(): void {
    if (!(this.path in streams)) closeSync(this.fd);
  }
}

export function openForAppending(path: string): number {
  return openSync(Buffer.from(path, 'latin1'), 'a', 0o644);
}
