import { withSlash } from '../../base/path.js';
import { type FileProblem, lookAt } from '../../files/change-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { modifiedSince } from '../../http/date.js';
import { etagMatches } from '../../http/etag.js';
import { redirectToDirectory } from '../../plugin/directory-redirect.js';
import { etagOf, usesEtags } from '../../plugin/etag-of.js';
import type { PhysicalPath, RequestState } from '../../plugin/request-state.js';
import type { DavDatabase } from './database.js';
import type { WebdavConfig } from './directives.js';

/** A request of WebDAV, with what its handlers need. */
export interface DavRequest {
  readonly request: RequestState;
  readonly config: WebdavConfig;
  /** Null where none is set. */
  readonly database: DavDatabase | null;
  /** The authenticated user; empty where there is none. */
  readonly user: string;
}

/** A resource on disk, and the path that it has for clients. Those of collections end with a slash. */
export type DavResource = Pick<PhysicalPath, 'path' | 'relPath'>;

/** A member of a collection. */
export function memberOf({ path, relPath }: DavResource, name: string, isCollection: boolean): DavResource {
  const end = isCollection ? '/' : '';
  return { path: path + name + end, relPath: relPath + name + end };
}

export function isSlashed({ path }: DavResource): boolean {
  return path.endsWith('/');
}

/** The same resource as a collection. */
export function slashed({ path, relPath }: DavResource): DavResource {
  return { path: withSlash(path), relPath: withSlash(relPath) };
}

/** The same resource without its slash. */
export function unslashed({ path, relPath }: DavResource): DavResource {
  return { path: path.slice(0, -1), relPath: relPath.slice(0, -1) };
}

/** A collection that is asked for without its slash is told so, and answered all the same. */
export function addSlash(request: RequestState): void {
  const { physical } = request;
  if (isSlashed(physical)) return;
  redirectToDirectory(request, 200);
  physical.path += '/';
  physical.relPath += '/';
}

/** Depth (RFC 4918, 10.2): its first character counts, so that `1,noroot` is 1; infinity where there is none. */
export function depthOf({ headers }: RequestState): number {
  const depth = headers.get('depth') ?? '';
  if (depth.startsWith('0')) return 0;
  return depth.startsWith('1') ? 1 : Number.POSITIVE_INFINITY;
}

/** Tells the client the tag of what it has written, and forgets what was known of the file. */
export function tellEtag(request: RequestState): void {
  const { path } = request.physical;
  request.server.statCache.changed(path);
  const entry = lookAt(path, false);
  const etag = entry instanceof StatEntry ? etagOf(request.conf, entry) : '';
  if (etag !== '') request.responseHeaders.set('ETag', etag);
}

/** Do If-Match, If-None-Match and If-Unmodified-Since let the request go on (webdav_if_match_or_unmodified_since)? */
export function preconditionsHold(request: RequestState): boolean {
  const { headers, conf, server } = request;
  const hasEtags = usesEtags(conf);
  const match = hasEtags ? headers.get('if-match') : undefined;
  const noneMatch = hasEtags ? headers.get('if-none-match') : undefined;
  const since = headers.get('if-unmodified-since');
  if (match === undefined && noneMatch === undefined && since === undefined) return true;
  const entry = lookAt(request.physical.path, false);
  if (!(entry instanceof StatEntry)) {
    const isMissing = entry === 'ENOENT' || entry === 'ENOTDIR';
    return match === undefined && since === undefined && (noneMatch === undefined || isMissing);
  }
  const etag = etagOf(request.conf, entry);
  if (match !== undefined && !etagMatches(match, etag, false)) return false;
  if (noneMatch !== undefined && etagMatches(noneMatch, etag, true)) return false;
  return since === undefined || !modifiedSince(since, entry.mtime, server.clock.epochSeconds);
}

/** The status for something that cannot be looked at. */
export function statusOfMissing(problem: FileProblem): number {
  return problem === 'ENOENT' ? 404 : 403;
}
