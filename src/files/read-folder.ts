import * as fs from 'node:fs';
import { fsPath } from './stat-cache.js';

export interface FolderEntry {
  /** Latin1, one character a byte. */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly size: number;
  /** Whole seconds since the epoch. */
  readonly mtime: number;
}

/** So many files are asked about before other work gets its turn: well under a millisecond. */
const sliceLength = 256;

/**
 * What stands in a folder, `folder` being its path with a slash at its end. Names that are not accepted, links to
 * nowhere and files that cannot be asked about are left out. Throws where the folder cannot be read.
 */
export async function readFolder(folder: string, accepts: (name: string) => boolean): Promise<FolderEntry[]> {
  const names = await fs.promises.readdir(fsPath(folder), 'latin1');
  const entries: FolderEntry[] = [];
  for (let i = 0; i < names.length; i++) {
    if (i > 0 && i % sliceLength === 0) await new Promise(setImmediate);
    if (!accepts(names[i])) continue;
    const stats = statOf(folder + names[i]);
    if (stats === undefined) continue;
    const mtime = Math.floor(stats.mtimeMs / 1000);
    entries.push({ name: names[i], isDirectory: stats.isDirectory(), size: stats.size, mtime });
  }
  return entries;
}

function statOf(path: string): fs.Stats | undefined {
  try {
    return fs.statSync(fsPath(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
