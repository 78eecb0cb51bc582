import type { RequestState } from '../plugin/request-state.js';

/** Is the request for the backends of a key: a path prefix that starts with `/`, or a suffix of `path`? */
export function matchesKey(key: string, request: RequestState, path: string): boolean {
  return key.startsWith('/') ? request.uri.path.startsWith(key) : path.endsWith(key);
}

/**
 * SCRIPT_NAME is the key and what follows it up to the next slash; the rest is PATH_INFO. With the key `/` and
 * fix-root-scriptname, all of the path is PATH_INFO.
 */
export function splitPathInfo(request: RequestState, key: string, fixRoot: boolean): void {
  if (!key.startsWith('/')) return;
  const { uri } = request;
  const slash = key === '/' && fixRoot ? 0 : uri.path.indexOf('/', key.length);
  if (slash < 0) return;
  request.pathInfo = uri.path.slice(slash);
  uri.path = uri.path.slice(0, slash);
}
