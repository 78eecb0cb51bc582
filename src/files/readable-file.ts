import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Paths are latin1, one character a byte. */
const bytesOf = (path: string): Buffer => Buffer.from(path, 'latin1');

/** Null where a program can be run, else why not. */
export function whyNotExecutable(path: string): string | null {
  try {
    accessSync(bytesOf(path), constants.X_OK);
    return statSync(bytesOf(path)).isFile() ? null : 'it is no program';
  } catch (error) {
    return describeProblem(error);
  }
}

const sqliteMagic = 'SQLite format 3\0';

/** Null where the file is an SQLite database or may become one, else why not. It is not opened as one. */
export function whyNoDatabase(path: string): string | null {
  try {
    accessSync(bytesOf(dirname(path)), constants.W_OK | constants.X_OK);
    const start = firstBytes(path, sqliteMagic.length);
    return start === '' || start === sqliteMagic ? null : 'it is no database';
  } catch (error) {
    return describeProblem(error);
  }
}

/** Empty where there is no such file. */
function firstBytes(path: string, count: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(bytesOf(path), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const buffer = Buffer.alloc(count);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, count, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** Why the file system refused, in words. */
export function describeProblem(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'it does not exist' : `it cannot be used (${code})`;
}
