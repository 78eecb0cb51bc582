import { simplifyPath } from './decode-path.js';
import { ParseOption } from './parse-options.js';
import { hexByteAt, percentEscapes, plainInTarget, unreserved } from './url-bytes.js';

/**
 * The request target in one spelling (lighttpd's burl_normalize): escapes that are not needed decoded, the rest in
 * upper case, odd bytes escaped, the fragment dropped, then the rules that `options` (bits of ParseOption) switch
 * on. Null where a rule refuses the target: answer 400.
 */
export function normalizeTarget(target: string, options: number): string | null {
  return isPlainTarget(target) ? target : normalizeOddTarget(target, options);
}

/**
 * Is there nothing in the target that any option would change or decoding would touch? True for most requests, after
 * one look at each byte; a false answer only costs time.
 */
export function isPlainTarget(target: string): boolean {
  if (target.charCodeAt(0) !== 47) return false;
  let inPath = true;
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (plainInTarget[code] !== 1) return false;
    if (code === 47) {
      const next = target.charCodeAt(i + 1);
      if (inPath && (next === 47 || next === 46)) return false;
    } else if (code === 63) inPath = false;
  }
  return true;
}

function normalizeOddTarget(target: string, options: number): string | null {
  const spelled = normalizeEscapes(target, options);
  if (spelled === null) return null;
  const queryAt = spelled.indexOf('?');
  const path = normalizePath(queryAt < 0 ? spelled : spelled.slice(0, queryAt), options);
  if (path === null || queryAt < 0) return path;
  const query = spelled.slice(queryAt);
  return (
    path + ((options & ParseOption.urlNormalizeQuery20Plus) !== 0 ? query.replaceAll('%20', '+') : query)
  );
}

/** Decodes what needs no escape, escapes what does, and refuses controls and impossible UTF-8 where asked to. */
function normalizeEscapes(target: string, options: number): string | null {
  const rejectControls = (options & ParseOption.urlNormalizeCtrlsReject) !== 0;
  const rejectInvalidUtf8 = (options & ParseOption.urlNormalizeInvalidUtf8Reject) !== 0;
  const decodeReserved = (options & ParseOption.urlNormalizeRequired) !== 0;
  let result = '';
  let copiedTo = 0;
  let inQuery = false;
  let i = 0;
  for (; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (plainInTarget[code] === 1) {
      if (code === 63) inQuery = true;
      continue;
    }
    if (code === 35) break;
    const escaped = code === 37 ? hexByteAt(target, i + 1) : -1;
    const byte = escaped < 0 ? code : escaped;
    result += target.slice(copiedTo, i);
    if (escaped >= 0) i += 2;
    copiedTo = i + 1;
    if (escaped >= 0 && (decodeReserved ? isDecodedReserved(byte, inQuery) : unreserved[byte] === 1)) {
      result += String.fromCharCode(byte);
      continue;
    }
    if (rejectControls && (byte < 32 || byte === 127)) return null;
    if (rejectInvalidUtf8 && isNeverUtf8(byte)) return null;
    result += percentEscapes[byte];
  }
  return result + target.slice(copiedTo, i);
}

/** With `url-normalize-required`: every byte that may stand as it is, but for those that would move a border. */
function isDecodedReserved(byte: number, inQuery: boolean): boolean {
  if (plainInTarget[byte] !== 1) return false;
  if (inQuery) return byte !== 38 && byte !== 61 && byte !== 59 && byte !== 43;
  return byte !== 47 && byte !== 63;
}

/** C0 and C1 would be overlong ASCII, F5 and up lies beyond Unicode; other bad sequences pass, as in lighttpd. */
function isNeverUtf8(byte: number): boolean {
  return byte >= 0xf5 || byte === 0xc0 || byte === 0xc1;
}

function normalizePath(path: string, options: number): string | null {
  let result = path;
  if ((options & (ParseOption.urlNormalizePath2fDecode | ParseOption.urlNormalizePath2fReject)) !== 0) {
    if (path.includes('%2F')) {
      if ((options & ParseOption.urlNormalizePath2fReject) !== 0) return null;
      result = path.replaceAll('%2F', '/');
    }
  }
  if ((options & (ParseOption.urlNormalizePathDotsegRemove | ParseOption.urlNormalizePathDotsegReject)) === 0)
    return result;
  const simple = simplifyPath(result);
  if (simple !== result && (options & ParseOption.urlNormalizePathDotsegReject) !== 0) return null;
  return simple;
}
