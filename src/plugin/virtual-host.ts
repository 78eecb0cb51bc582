import { statErrorText } from '../files/stat-error.js';
import type { RequestState } from './request-state.js';

/**
 * Could a path made of this host name leave its folder, or name a hidden one? Only without `host-strict` (see
 * server.http-parseopts) can such a name get this far.
 */
export function escapesFolder(authority: string): boolean {
  return authority.startsWith('.') || authority.includes('/');
}

/** Null where the path is a folder; otherwise why it is not, for log lines. */
export function folderProblem(request: RequestState, path: string): string | null {
  const entry = request.server.statCache.get(path);
  if (typeof entry === 'string') return statErrorText(entry);
  return entry.isDirectory ? null : statErrorText('ENOTDIR');
}
