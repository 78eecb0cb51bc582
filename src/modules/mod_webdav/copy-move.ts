import { lookAt } from '../../files/change-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { answerError, answerWithoutBody } from '../../plugin/answer.js';
import { redirectToDirectory } from '../../plugin/directory-redirect.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import { type Copying, copyCollection, copyOne, makeCollection } from './copying.js';
import {
  type DavRequest,
  type DavResource,
  depthOf,
  isSlashed,
  preconditionsHold,
  slashed,
  statusOfMissing,
} from './dav-request.js';
import { destinationOf } from './destination.js';
import { statusOfLocks } from './submitted-locks.js';
import { answerMultistatus } from './xml-answer.js';

/** COPY and MOVE (RFC 4918, 9.8 and 9.9; mod_webdav_copymove). */
export async function copyOrMove(dav: DavRequest): Promise<HandlerResult> {
  const { request } = dav;
  const { physical, headers } = request;
  const overwrite = headers.get('overwrite') ?? 'T';
  if (!/^[ft]$/i.test(overwrite)) return answerError(request, 400);
  const to = destinationOf(request);
  if (typeof to === 'number') return answerError(request, to);
  if (isWithin(to.path, physical.path)) return answerError(request, 403);
  const entry = lookAt(physical.path, false);
  if (!(entry instanceof StatEntry)) return answerError(request, statusOfMissing(entry));
  if (!preconditionsHold(request)) return answerError(request, 412);
  const options = dav.config['webdav.opts'];
  const copying: Copying = {
    dav,
    moves: request.method === 'MOVE',
    overwrites: overwrite.toUpperCase() === 'T',
    // parts of a file that has two names would change under both
    links: !options.has('deprecated-unsafe-partial-put') || options.has('partial-put-copy-modify'),
    failures: [],
  };
  if (!entry.isDirectory) return isSlashed(physical) ? answerError(request, 403) : transferFile(copying, to);
  if (isSlashed(physical)) return transferCollection(copying, to);
  redirectToDirectory(request, 308);
  return HandlerResult.finished;
}

/** Is the path the folder or file itself, or below it? */
function isWithin(path: string, whole: string): boolean {
  if (!path.startsWith(whole)) return false;
  return whole.endsWith('/') || path.length === whole.length || path[whole.length] === '/';
}

async function transferCollection(copying: Copying, named: DavResource): Promise<HandlerResult> {
  const { dav, moves, failures } = copying;
  const { request, database } = dav;
  const { physical, server } = request;
  const to = slashed(named);
  const locked = statusOfLocks(dav, to.relPath);
  if (locked !== 0) return answerError(request, locked);
  const depth = depthOf(request);
  if (depth === 1 || (depth === 0 && moves)) return answerError(request, 400);
  if (depth === 0) return copyCollectionAlone(copying, to);
  await copyCollection(copying, { ...physical }, to);
  server.statCache.changedBelow(to.path);
  if (moves) server.statCache.changedBelow(physical.path);
  if (failures.length > 0) {
    answerMultistatus(dav, failures.join(''));
    return HandlerResult.finished;
  }
  if (moves) {
    database?.moveAllProperties(physical.relPath, to.relPath);
    database?.removeLocksBelow(physical.relPath);
  } else database?.copyAllProperties(physical.relPath, to.relPath);
  return answerWithoutBody(request, 200);
}

/** Depth 0: the collection without its members. */
async function copyCollectionAlone(copying: Copying, to: DavResource): Promise<HandlerResult> {
  const { dav, overwrites } = copying;
  const { request, database } = dav;
  const entry = lookAt(to.path.slice(0, -1), false);
  const isThere = entry instanceof StatEntry;
  if (isThere && !entry.isDirectory && !overwrites) return answerError(request, 412);
  if (!isThere && entry !== 'ENOENT') return answerError(request, entry === 'ENOTDIR' ? 409 : 403);
  const status = isThere && entry.isDirectory ? 0 : await makeCollection(copying, to);
  if (status !== 0) return answerError(request, status);
  database?.copyProperties(request.physical.relPath, to.relPath);
  return answerWithoutBody(request, isThere ? 204 : 201);
}

async function transferFile(copying: Copying, named: DavResource): Promise<HandlerResult> {
  const { dav, moves, overwrites } = copying;
  const { request, database } = dav;
  const { physical } = request;
  const locked = statusOfLocks(dav, named.relPath);
  if (locked !== 0) return answerError(request, locked);
  const place = lookAt(named.path, false);
  const intoCollection = place instanceof StatEntry && place.isDirectory;
  const to = intoCollection ? inside(named, physical.path) : named;
  const entry = intoCollection ? lookAt(to.path, false) : place;
  if (!(entry instanceof StatEntry)) {
    if (entry !== 'ENOENT' || !(intoCollection || hasParent(to.path))) return answerError(request, 409);
  } else if (!overwrites) {
    return answerError(request, 412);
  } else if (entry.isDirectory) {
    return answerError(request, 409);
  }
  const status = await copyOne(copying, { ...physical }, to);
  if (status !== 0) return answerError(request, status);
  if (moves) {
    database?.moveProperties(physical.relPath, to.relPath);
    database?.removeLocks(physical.relPath);
  } else database?.copyProperties(physical.relPath, to.relPath);
  return answerWithoutBody(request, intoCollection || entry instanceof StatEntry ? 204 : 201);
}

/** A file that goes to a collection keeps its name. */
function inside({ path, relPath }: DavResource, source: string): DavResource {
  const name = source.slice(source.lastIndexOf('/') + 1);
  const slash = path.endsWith('/') ? '' : '/';
  return { path: path + slash + name, relPath: relPath + slash + name };
}

function hasParent(path: string): boolean {
  const parent = lookAt(path.slice(0, path.lastIndexOf('/')) || '/', false);
  return parent instanceof StatEntry && parent.isDirectory;
}
