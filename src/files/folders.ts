import { existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Paths are latin1, one character a byte. */
const bytesOf = (path: string): Buffer => Buffer.from(path, 'latin1');

/** Null where there is a folder of that name, else why it cannot be used. */
export function whyNoDirectory(path: string): string | null {
  try {
    return statSync(bytesOf(path)).isDirectory() ? null : 'it is not a folder';
  } catch (error) {
    return describe(error);
  }
}

/** Null where something of that name exists or a folder can be made, else why not. Nothing is left behind. */
export function whyNotCreatable(path: string): string | null {
  const missing: string[] = [];
  for (let each = path; !existsSync(bytesOf(each)); each = dirname(each)) missing.push(each);
  if (missing.length === 0) return null;
  try {
    mkdirSync(bytesOf(path), { recursive: true });
    for (const each of missing) rmdirSync(bytesOf(each));
    return null;
  } catch (error) {
    return describe(error);
  }
}

function describe(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'it does not exist' : `it cannot be used (${code})`;
}
