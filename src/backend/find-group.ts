import type { RequestState } from '../plugin/request-state.js';
import type { BackendMode } from './backend-options.js';
import type { GatewaySettings } from './gateway.js';
import type { BackendGroup } from './read-backends.js';

/** The groups with those of their backends that have the mode; groups without any are left out. */
export function groupsOfMode(groups: readonly BackendGroup[], mode: BackendMode): readonly BackendGroup[] {
  return groups
    .map(({ key, backends }) => ({
      key,
      backends: backends.filter(({ settings }) => settings.mode === mode),
    }))
    .filter(({ backends }) => backends.length > 0);
}

/** The group that the path's extension is mapped to, or else the first whose key fits. */
export function findGroup<Group extends { readonly key: string }>(
  groups: readonly Group[],
  request: RequestState,
  path: string,
  mapExtensions: GatewaySettings['mapExtensions'],
): Group | null {
  const mapped = mapExtensions.find(({ key }) => path.endsWith(key))?.value;
  const byMapping = mapped === undefined ? undefined : groups.find(({ key }) => key === mapped);
  return byMapping ?? groups.find(({ key }) => matchesKey(key, request, path)) ?? null;
}

/** Is the request for the backends of a key: a path prefix that starts with `/`, or a suffix of `path`? */
function matchesKey(key: string, request: RequestState, path: string): boolean {
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
