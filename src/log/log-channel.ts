import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { openForAppending } from './file-log.js';
import { BatchedLog, type LogSink, type LogWriter } from './log-writer.js';
import type { Logs } from './logs.js';

/**
 * Workers own no log: they send batches of lines to the supervisor, which writes them. So there is one writer, which
 * may open what workers may not, and which can rotate a file between two batches.
 *
 * A frame: 4 bytes, the length of the lines; 2 bytes, the length of the name; 8 bytes, the time as a double; the name;
 * the lines (numbers little endian). A name is what the configuration calls the log, or `syslog/LEVEL`.
 */
const headLength = 14;

/** What the supervisor has not read may wait in the worker's memory up to this many bytes. */
const waitingMax = 16_777_216;
const closeWithinMs = 2000;

export const syslogName = (level: number): string => `syslog/${level}`;

/** The logs as a worker sees them. */
export class ChannelLogs implements Logs {
  private readonly socket: Socket;
  private readonly writers = new Map<string, BatchedLog>();
  /** Log files that programs of this worker inherit, by name; -1 where the worker may not open it. */
  private readonly inherited = new Map<string, number>();
  private readonly reportLoss: (bytes: number) => void;
  private bytesLost = 0;

  /** `fd` is the worker's end of a stream to the supervisor. `reportLoss` gets bytes it did not take in time. */
  constructor(fd: number, reportLoss: (bytes: number) => void) {
    this.reportLoss = reportLoss;
    this.socket = new Socket({ fd, readable: false, writable: true });
    // the supervisor has gone: so will the worker, for the same reason
    this.socket.on('error', () => {});
    this.socket.unref();
  }

  open(name: string): LogWriter {
    let writer = this.writers.get(name);
    if (writer === undefined) {
      writer = new BatchedLog(new ChannelSink(this, name));
      this.writers.set(name, writer);
    }
    return writer;
  }

  syslog(level: number): LogWriter {
    return this.open(syslogName(level));
  }

  send(frameHead: Buffer, lines: Buffer): void {
    if (this.socket.writableLength + lines.length > waitingMax) {
      this.bytesLost += lines.length;
      return;
    }
    if (this.bytesLost > 0) {
      const bytesLost = this.bytesLost;
      this.bytesLost = 0;
      this.reportLoss(bytesLost);
    }
    this.socket.cork();
    this.socket.write(frameHead);
    this.socket.write(lines);
    this.socket.uncork();
  }

  fileDescriptor(name: string): number {
    let fd = this.inherited.get(name);
    if (fd === undefined) {
      fd = name.startsWith('/') ? openIfAllowed(name) : -1;
      this.inherited.set(name, fd);
    }
    return fd;
  }

  /** Files that programs inherit are opened anew when next asked for. */
  reopen(): void {
    for (const fd of this.inherited.values()) if (fd >= 0) closeSync(fd);
    this.inherited.clear();
  }

  /** Resolves once the supervisor has everything, or has not taken it in time. */
  async close(): Promise<void> {
    for (const writer of this.writers.values()) writer.flush();
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, closeWithinMs);
      this.socket.end(() => resolve(clearTimeout(late)));
    });
  }
}

function openIfAllowed(path: string): number {
  try {
    return openForAppending(path);
  } catch {
    return -1;
  }
}

/** `atMs`: when they were sent, by `commonClockMs`. */
export type DeliverLines = (name: string, lines: Buffer, atMs: number) => void;

class ChannelSink implements LogSink {
  private readonly logs: ChannelLogs;
  private readonly name: Buffer;

  constructor(logs: ChannelLogs, name: string) {
    this.logs = logs;
    this.name = Buffer.from(name, 'latin1');
  }

  get fileDescriptor(): number {
    return this.logs.fileDescriptor(this.name.toString('latin1'));
  }

  send(bytes: Buffer): void {
    const head = Buffer.allocUnsafe(headLength + this.name.length);
    head.writeUInt32LE(bytes.length, 0);
    head.writeUInt16LE(this.name.length, 4);
    head.writeDoubleLE(commonClockMs(), 6);
    this.name.copy(head, headLength);
    this.logs.send(head, bytes);
  }
}

/** A clock that all processes of a machine read alike. */
export function commonClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Puts the frames of one worker together again. A frame that a dying worker left unfinished is dropped. */
export class LogFrameReader {
  private readonly deliver: DeliverLines;
  private rest: Buffer = Buffer.alloc(0);

  constructor(deliver: DeliverLines) {
    this.deliver = deliver;
  }

  /** False where this cannot be frames: nothing more should be read then. */
  read(chunk: Buffer): boolean {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (bytes.length - at >= headLength) {
      const linesLength = bytes.readUInt32LE(at);
      if (linesLength > waitingMax) return false;
      const linesStart = at + headLength + bytes.readUInt16LE(at + 4);
      const end = linesStart + linesLength;
      if (bytes.length < end) break;
      const name = bytes.toString('latin1', at + headLength, linesStart);
      this.deliver(name, bytes.subarray(linesStart, end), bytes.readDoubleLE(at + 6));
      at = end;
    }
    this.rest = bytes.subarray(at);
    return true;
  }
}
