import { replaceFile } from '../../files/replace-file.js';
import { StatEntry } from '../../files/stat-cache.js';
import { etagOf } from '../../plugin/etag-of.js';
import type { RequestState } from '../../plugin/request-state.js';
import { appendFileBody } from '../../plugin/send-file.js';

/** Where rendered listings are kept; `maxAge` in seconds, 0: nowhere. */
export interface ListingCache {
  readonly path: string;
  readonly maxAge: number;
}

function cachePath(request: RequestState, { path }: ListingCache, isJson: boolean): string {
  const folder = path.endsWith('/') ? path.slice(0, -1) : path;
  return `${folder}${request.physical.path}${isJson ? 'dirlist.json' : 'dirlist.html'}`;
}

/** Appends the listing that is kept, if it is young enough; false where there is none. */
export function appendCached(request: RequestState, cache: ListingCache, isJson: boolean): boolean {
  const entry = request.server.statCache.get(cachePath(request, cache, isJson));
  if (!(entry instanceof StatEntry) || !entry.isFile) return false;
  const age = request.server.clock.epochSeconds - entry.mtime;
  if (age > cache.maxAge || !appendFileBody(request, entry, true)) return false;
  setCacheFields(request, entry, cache.maxAge - age);
  return true;
}

/** Keeps a listing, and lets clients keep it as long. What cannot be kept is still answered. */
export async function keepListing(
  request: RequestState,
  cache: ListingCache,
  isJson: boolean,
  listing: string,
): Promise<void> {
  const path = cachePath(request, cache, isJson);
  try {
    setCacheFields(request, await replaceFile(path, listing), cache.maxAge);
  } catch (error) {
    request.conf.errorLog.error('mod_dirlisting.c', `cannot keep ${path}: ${(error as Error).message}`);
  }
}

function setCacheFields(request: RequestState, entry: StatEntry, maxAge: number): void {
  const { conf, responseHeaders } = request;
  const etag = etagOf(conf, entry);
  if (etag !== '') responseHeaders.set('ETag', etag);
  if (!responseHeaders.has('cache-control')) responseHeaders.set('Cache-Control', `max-age=${maxAge}`);
}
