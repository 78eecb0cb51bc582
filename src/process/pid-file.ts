import { closeSync, constants, ftruncateSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { systemErrorText } from '../base/system-error.js';

/** The file that tells others the supervisor's process id while it runs. */
export class PidFile {
  private readonly path: Buffer;
  private fd: number | null;

  /** Throws where the file cannot be written; a file that is left over is used again. */
  constructor(path: string) {
    this.path = Buffer.from(path, 'latin1');
    try {
      this.fd = openPidFile(this.path);
      ftruncateSync(this.fd);
      writeSync(this.fd, `${process.pid}\n`);
    } catch (error) {
      throw new Error(`opening pid-file failed: ${path}: ${systemErrorText(error)}`);
    }
  }

  /** Empties the file too: the folder may be one that nothing can be removed from. */
  remove(): void {
    if (this.fd === null) return;
    ftruncateSync(this.fd);
    closeSync(this.fd);
    this.fd = null;
    try {
      unlinkSync(this.path);
    } catch {
      // it is empty, which says the same
    }
  }
}

const { O_WRONLY, O_CREAT, O_EXCL } = constants;

function openPidFile(path: Buffer): number {
  try {
    return openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o644);
  } catch (error) {
    const isPlainFile = (error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path).isFile();
    if (!isPlainFile) throw error;
    return openSync(path, O_WRONLY);
  }
}
