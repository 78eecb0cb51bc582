import { hexByteAt } from './url-bytes.js';

/** Undoes percent escapes in a path (buffer_urldecode_path); control bytes become `_`, a `%` without digits stays. */
export function decodePath(rawPath: string): string {
  let at = rawPath.indexOf('%');
  if (at < 0) return rawPath;
  let result = '';
  let copiedTo = 0;
  for (; at >= 0; at = rawPath.indexOf('%', at + 1)) {
    const byte = hexByteAt(rawPath, at + 1);
    if (byte < 0) continue;
    result += rawPath.slice(copiedTo, at) + (byte < 32 || byte === 127 ? '_' : String.fromCharCode(byte));
    at += 2;
    copiedTo = at + 1;
  }
  return result + rawPath.slice(copiedTo);
}

/**
 * Resolves `//`, `/./` and `/../` (buffer_path_simplify); nothing climbs above the start. A path that starts with
 * `./` or `../` starts with `/` afterwards; `.` and `..` alone leave nothing.
 */
export function simplifyPath(path: string): string {
  return hasDotOrEmptySegment(path) ? simplifySegments(path) : path;
}

/** May claim so for a name that merely starts with a dot. */
function hasDotOrEmptySegment(path: string): boolean {
  if (path.charCodeAt(0) === 46) return true;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const next = path.charCodeAt(at + 1);
    if (next === 47 || next === 46) return true;
  }
  return false;
}

function simplifySegments(path: string): string {
  if (path === '.' || path === '..') return '';
  const segments = path.split('/');
  const first = segments[0];
  const kept = [first === '.' || first === '..' ? '' : first];
  let last = first;
  for (let i = 1; i < segments.length; i++) {
    last = segments[i];
    if (last === '..') {
      if (kept.length > 1) kept.pop();
      else kept[0] = '';
    } else if (last !== '' && last !== '.') kept.push(last);
  }
  if (segments.length > 1 && (last === '' || last === '.' || last === '..')) kept.push('');
  return kept.join('/');
}
