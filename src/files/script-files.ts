import {
  type BigIntStats,
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { fsPath } from './stat-cache.js';

const pieceSize = 4096;

/** What the system says of a file. */
export type FileFacts = BigIntStats;

/** A file that a script has open. Text is latin1, one character a byte; errors of the system are thrown. */
export class ScriptFile {
  private readonly fd: number;
  private readonly appends: boolean;
  private position = 0;
  isClosed = false;

  constructor(path: string, mode: string) {
    this.fd = openSync(fsPath(path), mode);
    this.appends = mode.startsWith('a');
  }

  close(): void {
    if (!this.isClosed) closeSync(this.fd);
    this.isClosed = true;
  }

  /** Up to `count` bytes; empty at the end. */
  read(count: number): string {
    const buffer = Buffer.alloc(Math.max(0, Math.min(count, this.size - this.position)));
    const read = buffer.length === 0 ? 0 : readSync(this.fd, buffer, 0, buffer.length, this.position);
    this.position += read;
    return buffer.toString('latin1', 0, read);
  }

  /** With the line feed at its end; null at the end of the file. */
  readLine(): string | null {
    let line = '';
    for (;;) {
      const piece = this.read(pieceSize);
      const end = piece.indexOf('\n') + 1;
      if (end > 0) {
        this.position -= piece.length - end;
        return line + piece.slice(0, end);
      }
      line += piece;
      if (piece.length < pieceSize) return line === '' ? null : line;
    }
  }

  write(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    writeSync(this.fd, bytes, 0, bytes.length, this.appends ? null : this.position);
    this.position = this.appends ? this.size : this.position + bytes.length;
  }

  seek(whence: string, offset: number): number {
    const from = whence === 'set' ? 0 : whence === 'end' ? this.size : this.position;
    this.position = Math.max(0, from + offset);
    return this.position;
  }

  get size(): number {
    return fstatSync(this.fd).size;
  }
}

/** The whole file; errors of the system are thrown. */
export function readBytes(path: string): Buffer {
  return readFileSync(fsPath(path));
}

/** Null where there is no such file. */
export function statOf(path: string): FileFacts | null {
  try {
    return statSync(fsPath(path), { bigint: true });
  } catch {
    return null;
  }
}

/** The names in a folder, but for `.` and `..`; null where it is none. */
export function namesIn(path: string): string[] | null {
  try {
    return readdirSync(fsPath(path), { encoding: 'buffer' }).map((name) => name.toString('latin1'));
  } catch {
    return null;
  }
}

/** Where a symbolic link leads; null where it is none. */
export function linkTarget(path: string): string | null {
  try {
    return readlinkSync(fsPath(path), 'buffer').toString('latin1');
  } catch {
    return null;
  }
}
