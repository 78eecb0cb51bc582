import * as fs from 'node:fs';
import type { SpoolFile } from './spool-file.js';
import { fsPath, StatEntry } from './stat-cache.js';

/** What changing files gives: empty where it went well, else the name of the error (`ENOENT`, `EEXIST`, …). */
export type FileProblem = string;

async function problemOf(action: Promise<unknown>): Promise<FileProblem> {
  try {
    await action;
    return '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EIO';
  }
}

/** What stands at the path now; the name of the error where nothing can be said. Paths are latin1. */
export function lookAt(path: string, followSymlink: boolean): StatEntry | FileProblem {
  try {
    const look = followSymlink ? fs.statSync : fs.lstatSync;
    return new StatEntry(path, look(fsPath(path), { bigint: true }));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EIO';
  }
}

/** What stands in a folder, by its names. */
export async function namesIn(folder: string): Promise<{ names: string[]; problem: FileProblem }> {
  try {
    return { names: await fs.promises.readdir(fsPath(folder), 'latin1'), problem: '' };
  } catch (error) {
    return { names: [], problem: (error as NodeJS.ErrnoException).code ?? 'EIO' };
  }
}

export const makeFolder = (path: string): Promise<FileProblem> => problemOf(fs.promises.mkdir(fsPath(path)));

export const removeFolder = (path: string): Promise<FileProblem> =>
  problemOf(fs.promises.rmdir(fsPath(path)));

export const removeFile = (path: string): Promise<FileProblem> => problemOf(fs.promises.unlink(fsPath(path)));

export const movePath = (from: string, to: string): Promise<FileProblem> =>
  problemOf(fs.promises.rename(fsPath(from), fsPath(to)));

/** A second name of the same file. */
export const linkFile = (from: string, to: string): Promise<FileProblem> =>
  problemOf(fs.promises.link(fsPath(from), fsPath(to)));

/** The copy must be new. */
export const copyFile = (from: string, to: string): Promise<FileProblem> =>
  problemOf(fs.promises.copyFile(fsPath(from), fsPath(to), fs.constants.COPYFILE_EXCL));

/** An empty file that was not there before. */
export const makeFile = (path: string): Promise<FileProblem> =>
  problemOf(fs.promises.writeFile(fsPath(path), '', { flag: 'wx' }));

/** Nothing is left in the file, which is made where there is none. */
export const emptyFile = (path: string): Promise<FileProblem> =>
  problemOf(fs.promises.writeFile(fsPath(path), ''));

const sliceBytes = 1024 * 1024;

/** Writes what was spooled into a new file. */
export const writeNewFile = (path: string, spool: SpoolFile): Promise<FileProblem> =>
  problemOf(write(path, 'wx', spool, 0));

/** Writes it into a file that is there, from an offset on; what lies behind stays. */
export const writeInto = (path: string, spool: SpoolFile, offset: number): Promise<FileProblem> =>
  problemOf(write(path, 'r+', spool, offset));

async function write(path: string, flags: string, spool: SpoolFile, offset: number): Promise<void> {
  const file = await fs.promises.open(fsPath(path), flags);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(sliceBytes, Math.max(1, spool.length)));
    for (let at = 0; at < spool.length; ) {
      const count = spool.read(buffer, at);
      for (let written = 0; written < count; )
        written += (await file.write(buffer, written, count - written, offset + at + written)).bytesWritten;
      at += count;
    }
  } finally {
    await file.close();
  }
}
