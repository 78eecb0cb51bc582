import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { fsPath } from './stat-cache.js';

/** A nameless temporary file (`server.upload-dirs`): it is gone once its descriptor is closed. */
export class SpoolFile {
  readonly fd: number;
  length = 0;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** In the first folder that takes it; null where none does. */
  static create(folders: readonly string[]): SpoolFile | null {
    const { O_RDWR, O_CREAT, O_EXCL } = fs.constants;
    for (const folder of folders) {
      const path = fsPath(`${folder}/lighttpd-upload-${randomBytes(6).toString('hex')}`);
      try {
        const fd = fs.openSync(path, O_RDWR | O_CREAT | O_EXCL, 0o600);
        fs.unlinkSync(path);
        return new SpoolFile(fd);
      } catch {
        // the next folder may do
      }
    }
    return null;
  }

  /** False where the disk does not take it. */
  append(data: Buffer): boolean {
    try {
      for (let at = 0; at < data.length; ) {
        at += fs.writeSync(this.fd, data, at, data.length - at, this.length + at);
      }
    } catch {
      return false;
    }
    this.length += data.length;
    return true;
  }

  read(buffer: Buffer, offset: number): number {
    return fs.readSync(this.fd, buffer, 0, buffer.length, offset);
  }

  close(): void {
    fs.close(this.fd, () => {});
  }
}
