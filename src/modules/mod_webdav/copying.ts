import { randomBytes } from 'node:crypto';
import {
  copyFile,
  type FileProblem,
  linkFile,
  lookAt,
  makeFolder,
  movePath,
  namesIn,
  removeFile,
} from '../../files/change-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { type DavRequest, type DavResource, memberOf, unslashed } from './dav-request.js';
import { deleteFile, deleteFolder } from './remove.js';
import { failedResponse } from './xml-answer.js';

/** One COPY or MOVE. */
export interface Copying {
  readonly dav: DavRequest;
  readonly moves: boolean;
  readonly overwrites: boolean;
  /** A copy may be a second name of the same file: who changes one of them writes it anew. */
  readonly links: boolean;
  /** Members that failed, as elements of an answer. */
  readonly failures: string[];
}

/** Copies or moves what is no collection; gives 0 or a status. What was there is replaced in one step. */
export async function copyOne(copying: Copying, from: DavResource, to: DavResource): Promise<number> {
  const { dav, moves, overwrites, links } = copying;
  const { statCache } = dav.request.server;
  if (!overwrites && lookAt(to.path, false) instanceof StatEntry) return 412;
  const problem = moves ? await movePath(from.path, to.path) : await duplicate(from.path, to.path, links);
  statCache.changed(to.path);
  if (problem === '') {
    // two names of one file stay both where one is moved onto the other
    if (moves) await removeFile(from.path);
    if (moves) statCache.changed(from.path);
    return 0;
  }
  if (problem !== 'EXDEV') return statusOfCopying(problem);
  const later = await duplicate(from.path, to.path, false);
  return later === '' ? deleteFile(dav, from) : statusOfCopying(later);
}

async function duplicate(from: string, to: string, links: boolean): Promise<FileProblem> {
  const entry = lookAt(from, false);
  if (!(entry instanceof StatEntry)) return entry;
  const temporary = `${to}.${process.pid}.${randomBytes(4).toString('hex')}~`;
  const problem =
    (links ? await linkFile(from, temporary) : 'EXDEV') &&
    (entry.isFile ? await copyFile(from, temporary) : 'EACCES');
  if (problem !== '') return problem;
  const later = await movePath(temporary, to);
  // where both are names of the same file already, nothing has been moved
  await removeFile(temporary);
  return later;
}

function statusOfCopying(problem: FileProblem): number {
  if (problem === 'ENOSPC' || problem === 'EDQUOT') return 507;
  return problem === 'ENOENT' || problem === 'ENOTDIR' || problem === 'EISDIR' ? 409 : 403;
}

/** Makes a collection, in the place of a file where that may be; gives 0 or a status (webdav_mkdir). */
export async function makeCollection({ dav, overwrites }: Copying, folder: DavResource): Promise<number> {
  const problem = await makeFolder(folder.path);
  dav.request.server.statCache.changed(folder.path);
  if (problem === '') return 0;
  if (problem === 'ENOENT') return 409;
  if (problem !== 'EEXIST' && problem !== 'ENOTDIR') return 403;
  const file = unslashed(folder);
  const entry = lookAt(file.path, false);
  if (!(entry instanceof StatEntry) || !overwrites) return 409;
  if (entry.isDirectory) return 0;
  const status = await deleteFile(dav, file);
  if (status !== 0) return status;
  dav.database?.removeProperties(file.relPath);
  return (await makeFolder(folder.path)) === '' ? 0 : 409;
}

/**
 * A collection and its members. Where there is one already both are merged, as lighttpd does (webdav_copymove_dir):
 * what is there besides stays. Links are left where they are.
 */
export async function copyCollection(copying: Copying, from: DavResource, to: DavResource): Promise<void> {
  const { dav, moves, failures } = copying;
  if (moves && (await moveWhole(copying, from, to))) return;
  const status = await makeCollection(copying, to);
  if (status !== 0) {
    failures.push(failedResponse(from.relPath, status));
    return;
  }
  const { names, problem } = await namesIn(from.path);
  const before = failures.length;
  if (problem !== '') failures.push(failedResponse(from.relPath, 403));
  for (const name of names) {
    const entry = lookAt(from.path + name, false);
    if (!(entry instanceof StatEntry)) continue;
    const [source, target] = [from, to].map((folder) => memberOf(folder, name, entry.isDirectory));
    if (entry.isDirectory) await copyCollection(copying, source, target);
    else if (entry.isFile) {
      const result = await copyOne(copying, source, target);
      if (result !== 0) failures.push(failedResponse(source.relPath, result));
      if (result === 507) return;
    }
  }
  if (moves && failures.length === before) await deleteFolder(dav, from, failures);
}

/** In one step, where nothing or an empty collection is in the way; true where no more is to be done. */
async function moveWhole(copying: Copying, from: DavResource, to: DavResource): Promise<boolean> {
  const { overwrites, failures } = copying;
  const isThere = lookAt(to.path.slice(0, -1), false) instanceof StatEntry;
  if (isThere && !overwrites) {
    failures.push(failedResponse(from.relPath, 412));
    return true;
  }
  return (await movePath(from.path, to.path)) === '';
}
