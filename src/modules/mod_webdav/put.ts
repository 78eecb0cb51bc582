import {
  copyFile,
  emptyFile,
  type FileProblem,
  lookAt,
  makeFile,
  movePath,
  removeFile,
  writeInto,
  writeNewFile,
} from '../../files/change-files.js';
import { SpoolFile } from '../../files/spool-file.js';
import { StatEntry } from '../../files/stat-cache.js';
import { answerError, answerWithoutBody } from '../../plugin/answer.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import { RequestBodyError } from '../../plugin/request-body.js';
import type { RequestState } from '../../plugin/request-state.js';
import { type DavRequest, isSlashed, preconditionsHold, tellEtag } from './dav-request.js';

/**
 * PUT (RFC 9110, 9.3.4; mod_webdav_put). What comes is kept in a file without a name beside the target, so that nobody
 * sees half of it, and nothing is left of an upload that breaks off; then it replaces the target in one step.
 */
export async function put(dav: DavRequest): Promise<HandlerResult> {
  const { request, config } = dav;
  const { physical, body, headers } = request;
  if (isSlashed(physical)) return answerError(request, 400);
  const range = headers.get('content-range');
  const options = config['webdav.opts'];
  const takesRanges = options.has('deprecated-unsafe-partial-put') || options.has('partial-put-copy-modify');
  // what a client thinks to be a part must not become the whole (RFC 9110, 14.5)
  if (range !== undefined && !takesRanges) return answerError(request, 400);
  if (range === undefined && body.length === 0) return putNothing(request);
  const spool =
    range === undefined ? openSpool(physical.path) : (SpoolFile.create(request.conf.uploadDirs) ?? 500);
  if (typeof spool === 'number') {
    const why = 'check systemd lighttpd.service; e.g. ProtectHome=yes';
    if (spool === 500)
      request.conf.errorLog.error('mod_webdav.c', `open() tmpfile for ${physical.path} failed; ${why}`);
    return answerError(request, spool);
  }
  try {
    if (!preconditionsHold(request)) return answerError(request, 412);
    const status = await receive(request, spool);
    if (status !== 0) return status < 0 ? HandlerResult.error : answerError(request, status);
    if (!preconditionsHold(request)) return answerError(request, 412);
    return await (range === undefined ? putWhole(request, spool) : putRange(dav, spool, range));
  } finally {
    spool.close();
  }
}

/** Lighttpd's ways with empty files: an answer of 500 where there is no folder for it. */
async function putNothing(request: RequestState): Promise<HandlerResult> {
  if (!preconditionsHold(request)) return answerError(request, 412);
  const { path } = request.physical;
  const problem = await makeFile(path);
  if (problem === '') {
    tellEtag(request);
    return answerWithoutBody(request, 201);
  }
  // what a link points to stays
  const entry = lookAt(path, false);
  if (entry instanceof StatEntry && !entry.isFile && !entry.isDirectory) await removeFile(path);
  const later = await emptyFile(path);
  request.server.statCache.changed(path);
  if (later === '') return answerWithoutBody(request, 204);
  request.conf.errorLog.error('mod_webdav.c', `open(${path}, O_WRONLY|...): ${later}`);
  return answerError(request, 500);
}

/** Beside the target; the status to answer with where that cannot be. */
function openSpool(path: string): SpoolFile | number {
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const entry = lookAt(folder, true);
  if (!(entry instanceof StatEntry)) return entry === 'ENOENT' || entry === 'ENOTDIR' ? 409 : 500;
  if (!entry.isDirectory) return 409;
  return SpoolFile.create([folder]) ?? 500;
}

/** 0, or the status to answer with; -1 where the client has gone. */
async function receive({ body }: RequestState, spool: SpoolFile): Promise<number> {
  try {
    for await (const piece of body.chunks()) if (!spool.append(piece)) return 507;
    return 0;
  } catch (error) {
    if (error instanceof RequestBodyError) return error.status;
    throw error;
  }
}

async function putWhole(request: RequestState, spool: SpoolFile): Promise<HandlerResult> {
  const { path } = request.physical;
  const temporary = `${path}.${process.pid}.${spool.fd}~`;
  const isThere = lookAt(path, false) instanceof StatEntry;
  const problem = await writeNewFile(temporary, spool);
  if (problem !== '') return fail(request, temporary, statusOfWriting(problem));
  const later = await movePath(temporary, path);
  if (later !== '') return fail(request, temporary, later === 'EISDIR' ? 405 : 403);
  tellEtag(request);
  return answerWithoutBody(request, isThere ? 204 : 201);
}

async function fail(request: RequestState, temporary: string, status: number): Promise<HandlerResult> {
  await removeFile(temporary);
  return answerError(request, status);
}

function statusOfWriting(problem: FileProblem): number {
  if (problem === 'ENOSPC' || problem === 'EDQUOT') return 507;
  return problem === 'EACCES' || problem === 'EPERM' ? 403 : 500;
}

/** Only where the range begins counts (mod_webdav_put_range). */
async function putRange(
  { request, config }: DavRequest,
  spool: SpoolFile,
  range: string,
): Promise<HandlerResult> {
  const { path } = request.physical;
  const start = /^bytes\s*(\d+)-/.exec(range);
  if (start === null) return answerError(request, 501);
  const entry = lookAt(path, false);
  if (!(entry instanceof StatEntry)) return answerError(request, entry === 'ENOENT' ? 404 : 403);
  if (!entry.isFile) return answerError(request, 403);
  const options = config['webdav.opts'];
  const appends = options.has('deprecated-unsafe-partial-put') && entry.size === Number(start[1]);
  const isCopied = options.has('partial-put-copy-modify') && !appends;
  const target = isCopied ? `${path}.${process.pid}.${spool.fd}~` : path;
  const problem =
    (isCopied && (await copyFile(path, target))) ||
    (await writeInto(target, spool, Number(start[1]))) ||
    (isCopied && (await movePath(target, path)));
  if (problem) {
    if (isCopied) await removeFile(target);
    return answerError(request, statusOfWriting(problem));
  }
  tellEtag(request);
  return answerWithoutBody(request, 204);
}
