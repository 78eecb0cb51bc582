import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/**
 * A change that keeps size and inode and falls into the same tick of the file system's clock cannot be seen; a file
 * read so soon after its last change is read again at the next use.
 */
const settledAfterMs = 50;

/** A text file that is read whole (latin1) and parsed, and again at the first use after it has changed. */
export class WatchedText<T> {
  private readonly path: string;
  private readonly bytesMax: number;
  private readonly parse: (text: string) => T;
  private value: T | undefined;
  private stamp = '';

  constructor(path: string, bytesMax: number, parse: (text: string) => T) {
    this.path = path;
    this.bytesMax = bytesMax;
    this.parse = parse;
  }

  /** Costs one system call while the file is unchanged. Throws what the file system says, or that it is too large. */
  get(): T {
    const name = Buffer.from(this.path, 'latin1');
    const stamp = stampOf(statSync(name, { bigint: true }));
    if (this.value === undefined || stamp !== this.stamp) this.read(name);
    return this.value!;
  }

  private read(name: Buffer): void {
    const fd = openSync(name, 'r');
    try {
      const stats = fstatSync(fd, { bigint: true });
      if (!stats.isFile()) throw new Error('it is not a regular file');
      if (stats.size > this.bytesMax) throw new Error(`it is larger than ${this.bytesMax} bytes`);
      this.value = this.parse(readAll(fd, Number(stats.size)));
      const isSettled = Date.now() - Number(stats.mtimeMs) > settledAfterMs;
      this.stamp = isSettled ? stampOf(stats) : '';
    } finally {
      closeSync(fd);
    }
  }
}

interface Stats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: Stats): string {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

function readAll(fd: number, size: number): string {
  const buffer = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const count = readSync(fd, buffer, length, size - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.toString('latin1', 0, length);
}
