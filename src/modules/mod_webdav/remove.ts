import { type FileProblem, lookAt, namesIn, removeFile, removeFolder } from '../../files/change-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { answerError, answerWithoutBody } from '../../plugin/answer.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import {
  type DavRequest,
  type DavResource,
  depthOf,
  isSlashed,
  memberOf,
  preconditionsHold,
  slashed,
  statusOfMissing,
} from './dav-request.js';
import { answerMultistatus, failedResponse } from './xml-answer.js';

/** DELETE (RFC 4918, 9.6; mod_webdav_delete). */
export async function remove(dav: DavRequest): Promise<HandlerResult> {
  const { request, database } = dav;
  const { physical } = request;
  if (request.targetOriginal.includes('#')) return answerError(request, 403);
  const entry = lookAt(physical.path, false);
  if (!(entry instanceof StatEntry)) return answerError(request, statusOfMissing(entry));
  if (!preconditionsHold(request)) return answerError(request, 412);
  if (!entry.isDirectory) {
    if (isSlashed(physical)) return answerError(request, 403);
    const status = await deleteFile(dav, physical);
    if (status !== 0) return answerError(request, status);
    database?.removeProperties(physical.relPath);
    database?.removeLocks(physical.relPath);
    return answerWithoutBody(request, 204);
  }
  Object.assign(physical, slashed(physical));
  if (depthOf(request) !== Number.POSITIVE_INFINITY) return answerError(request, 400);
  const failures: string[] = [];
  await deleteFolder(dav, physical, failures);
  request.server.statCache.changedBelow(physical.path);
  if (failures.length > 0) {
    answerMultistatus(dav, failures.join(''));
    return HandlerResult.finished;
  }
  database?.removeAllProperties(physical.relPath);
  database?.removeLocksBelow(physical.relPath);
  return answerWithoutBody(request, 204);
}

/** Gives 0, or the status that says why it is still there. */
export async function deleteFile({ request }: DavRequest, { path }: DavResource): Promise<number> {
  const problem = await removeFile(path);
  if (problem !== '') return statusOfRemoving(problem);
  request.server.statCache.changed(path);
  return 0;
}

/** A collection and all that it holds, as far as that goes; what does not go is told as elements of an answer. */
export async function deleteFolder(dav: DavRequest, folder: DavResource, failures: string[]): Promise<void> {
  const before = failures.length;
  const { names, problem } = await namesIn(folder.path);
  if (problem !== '') {
    failures.push(failedResponse(folder.relPath, 403));
    return;
  }
  for (const name of names) {
    const entry = lookAt(folder.path + name, false);
    if (!(entry instanceof StatEntry)) continue;
    const member = memberOf(folder, name, entry.isDirectory);
    if (entry.isDirectory) await deleteFolder(dav, member, failures);
    else {
      const status = await deleteFile(dav, member);
      if (status !== 0) failures.push(failedResponse(member.relPath, status));
    }
  }
  if (failures.length > before) return;
  const rest = await removeFolder(folder.path);
  if (rest !== '') failures.push(failedResponse(folder.relPath, statusOfRemoving(rest)));
}

function statusOfRemoving(problem: FileProblem): number {
  if (problem === 'EACCES' || problem === 'EPERM') return 403;
  return problem === 'ENOENT' ? 404 : 501;
}
