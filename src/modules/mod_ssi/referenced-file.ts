import { isUtf8 } from 'node:buffer';
import { joinPath } from '../../base/path.js';
import { decodePath, simplifyPath } from '../../http/decode-path.js';
import type { RequestState } from '../../plugin/request-state.js';

/** The document that is being carried out: at first the one asked for, then those that are included. */
export interface Place {
  readonly uriPath: string;
  readonly path: string;
  readonly relPath: string;
}

/** A file that a statement names. `uriPath` counts for `virtual` alone. */
export interface ReferencedFile {
  readonly path: string;
  readonly uriPath: string;
}

/** Finds what `file="…"` names: below the folder of the document, and never above it. Null for text that is no UTF-8. */
export function resolveFile(place: Place, name: string): ReferencedFile | null {
  const decoded = decodeName(name);
  if (decoded === null) return null;
  const folder = place.path.slice(0, place.path.lastIndexOf('/') + 1);
  return { path: joinPath(folder, simplifyPath(decoded)), uriPath: '' };
}

/**
 * Finds what `virtual="…"` names, as a URL path. Where the document lies elsewhere than its URL says (mod_alias,
 * mod_userdir), the same holds for URLs that share its beginning.
 */
export function resolveVirtual(request: RequestState, place: Place, name: string): ReferencedFile | null {
  const folder = place.uriPath.slice(0, place.uriPath.lastIndexOf('/') + 1);
  const decoded = decodeName(name.startsWith('/') ? name : folder + name);
  if (decoded === null) return null;
  const simple = simplifyPath(decoded);
  const shared = sharedFolder(place.uriPath, simple);
  const ignoreCase = request.conf.forceLowercaseFilenames;
  const uriPath = ignoreCase ? simple.toLowerCase() : simple;
  const rest = place.relPath.slice(shared, place.uriPath.length);
  const isMapped = ignoreCase
    ? place.path.toLowerCase().endsWith(rest.toLowerCase())
    : place.path.endsWith(rest);
  const base = isMapped
    ? place.path.slice(0, place.path.length - (place.uriPath.length - shared))
    : request.physical.docroot;
  return { path: joinPath(base, isMapped ? uriPath.slice(shared) : uriPath), uriPath };
}

/** Where the last slash stands that both paths have in common. */
function sharedFolder(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return Math.max(0, a.lastIndexOf('/', i - 1));
}

function decodeName(name: string): string | null {
  const decoded = decodePath(name);
  return isUtf8(Buffer.from(decoded, 'latin1')) ? decoded : null;
}
