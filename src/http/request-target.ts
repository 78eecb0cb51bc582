import { decodePath, simplifyPath } from './decode-path.js';
import { isPlainTarget, normalizeTarget } from './normalize-target.js';
import { ParseOption } from './parse-options.js';
import { byteSet } from './url-bytes.js';

/** What a request target says; one object can be used again for each request of a connection. */
export interface RequestTarget {
  /** 0, or the status to answer with (400); then the other fields mean nothing. */
  status: number;
  /** The target as sent, but for the scheme and host of an absolute one (REQUEST_URI). */
  original: string;
  /** The host of an absolute target; it stands in for the Host header, which must be equal. Null without one. */
  authority: string | null;
  /** Normalised as the options say, without a fragment. */
  target: string;
  /** Decoded and simplified; starts with `/`, but for CONNECT and `OPTIONS *`. */
  path: string;
  /** What follows the first `?`, not decoded. */
  query: string;
}

/** A target kept for further requests, and the path on disk that it was last mapped to. */
export interface KnownTarget extends Readonly<RequestTarget> {
  docroot: string;
  physicalPath: string;
}

/** A target to be kept, whatever becomes of the object that it was read into. */
export function keepTarget(target: Readonly<RequestTarget>): KnownTarget {
  return { ...target, docroot: '', physicalPath: '' };
}

export function emptyRequestTarget(): RequestTarget {
  return { status: 0, original: '', authority: null, target: '', path: '', query: '' };
}

/** Both steps for a request line: what it may hold, and what it asks for. */
export function parseTarget(
  method: string,
  sent: string,
  options: number,
  into: RequestTarget = emptyRequestTarget(),
): RequestTarget {
  readSentTarget(method, sent, options, into);
  return into.status === 0 ? resolveTarget(method, into.original, options, into) : into;
}

/**
 * The first step, when the request line is read: takes scheme and host off an absolute target, and refuses what
 * HTTP/1 may not send (http_request_parse_reqline_uri). Sets `original` and `authority`.
 */
export function readSentTarget(method: string, sent: string, options: number, into: RequestTarget): void {
  into.status = 0;
  into.authority = null;
  into.original = sent;
  if (sent.charCodeAt(0) !== 47 && !readOtherForms(method, sent, options, into)) into.status = 400;
  else if (into.original === '' || hasForbiddenByte(into.original, options)) into.status = 400;
}

/**
 * The second step, once the headers are known and again after a rewrite: normalises `target` and takes it apart
 * (http_request_parse_target). HTTP/2 starts here with its `:path`.
 */
export function resolveTarget(
  method: string,
  target: string,
  options: number,
  into: RequestTarget,
): RequestTarget {
  into.status = 0;
  into.target = target;
  into.query = '';
  if (method === 'CONNECT' || (method === 'OPTIONS' && target === '*')) {
    into.path = target;
    return into;
  }
  const isPlain = isPlainTarget(target);
  if (!isPlain && !normalizeInto(target, options, into)) {
    into.status = 400;
    return into;
  }
  const queryAt = into.target.indexOf('?');
  let path = into.target;
  if (queryAt >= 0) {
    path = into.target.slice(0, queryAt);
    into.query = into.target.slice(queryAt + 1);
  }
  into.path = isPlain ? path : simplifyPath(decodePath(path));
  if (!isPlain && into.path.charCodeAt(0) !== 47) into.status = 400;
  return into;
}

function normalizeInto(target: string, options: number, into: RequestTarget): boolean {
  if ((options & ParseOption.urlNormalize) !== 0) {
    const normalized = normalizeTarget(target, options);
    if (normalized === null) return false;
    into.target = normalized;
  } else {
    const fragmentAt = target.indexOf('#');
    if (fragmentAt >= 0) into.target = target.slice(0, fragmentAt);
  }
  return true;
}

/** Absolute form, CONNECT's authority form (an address, not a name), `*`; anything without header-strict. */
function readOtherForms(method: string, sent: string, options: number, into: RequestTarget): boolean {
  const scheme = /^https?:\/\//i.exec(sent);
  const pathAt = scheme === null ? -1 : sent.indexOf('/', scheme[0].length);
  if (scheme !== null && pathAt >= 0) {
    into.authority = sent.slice(scheme[0].length, pathAt);
    into.original = sent.slice(pathAt);
    return into.authority.length > 0 && into.authority.length < 1024;
  }
  if ((options & ParseOption.headerStrict) === 0) return true;
  if (method === 'CONNECT') return /^[:0-9]/.test(sent);
  return method === 'OPTIONS' && sent === '*';
}

const forbiddenInTarget = byteSet('\x7f\xff', (byte) => byte <= 32);

/** With url-ctrls-reject, normalising refuses controls later on. */
export function hasForbiddenByte(target: string, options: number): boolean {
  if ((options & ParseOption.headerStrict) === 0) return target.includes('\0');
  if ((options & ParseOption.urlNormalizeCtrlsReject) !== 0) return false;
  for (let i = 0; i < target.length; i++) if (forbiddenInTarget[target.charCodeAt(i)] === 1) return true;
  return false;
}
