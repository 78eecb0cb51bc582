import * as fs from 'node:fs';

/** Bytes of an open file on their way into an answer. Whoever sends or drops the last part of it closes the file. */
export class FilePart {
  readonly fd: number;
  readonly closeFd: boolean;
  offset: number;
  length: number;

  constructor(fd: number, offset: number, length: number, closeFd: boolean) {
    this.fd = fd;
    this.offset = offset;
    this.length = length;
    this.closeFd = closeFd;
  }

  /** Moves up to `wanted` bytes into the buffer, at `at`; 0 or less where the file is shorter than it was, or unreadable. */
  read(buffer: Buffer, wanted: number, at = 0): number {
    let count: number;
    try {
      count = fs.readSync(this.fd, buffer, at, Math.min(wanted, this.length), this.offset);
    } catch {
      return -1;
    }
    this.offset += count;
    this.length -= count;
    return count;
  }

  /** A part of this part, which leaves the file open. */
  slice(from: number, to: number): FilePart {
    return new FilePart(this.fd, this.offset + from, to - from, false);
  }

  close(): void {
    if (this.closeFd) fs.close(this.fd, () => {});
  }
}
