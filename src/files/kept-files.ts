import { readFileSync, statSync } from 'node:fs';
import { describeProblem } from './readable-file.js';

/** Certificates and keys are small; whatever is larger is no such file. */
const bytesMax = 16 * 1024 * 1024;

/**
 * Files that were read while the process had the rights to: keys, and what belongs to them. Workers give those rights
 * up, so the supervisor reads the files again when they change, and sends what it has read. Names are latin1.
 */
export class KeptFiles {
  /** Goes up with each file that has changed. */
  version = 0;
  private readonly contents = new Map<string, Buffer>();

  /** Reads files; those that cannot be read are left out, and whoever asks for them finds none. */
  read(names: readonly string[]): void {
    for (const name of names) {
      const content = readWhole(name);
      if (typeof content !== 'string') this.contents.set(name, content);
    }
  }

  get(name: string): Buffer | undefined {
    return this.contents.get(name);
  }

  replace(name: string, content: Buffer): void {
    this.contents.set(name, content);
    this.version++;
  }
}

/** The file's content, or a sentence why it cannot be read. */
export function readWhole(name: string): Buffer | string {
  const path = Buffer.from(name, 'latin1');
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return 'it is a folder';
    if (stats.size > bytesMax) return `it is larger than ${bytesMax} bytes`;
    return readFileSync(path);
  } catch (error) {
    return describeProblem(error);
  }
}

/** The same text as long as the file is the same; empty where there is none. */
export function fileStamp(name: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(Buffer.from(name, 'latin1'), { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs}`;
  } catch {
    return '';
  }
}
