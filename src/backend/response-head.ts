import { parseContentLength } from '../http/content-length.js';
import { isFieldName, isFieldValue } from '../http/field-syntax.js';
import { hasToken } from '../http/tokens.js';
import { HttpVersion } from '../http/version.js';
import type { RequestState } from '../plugin/request-state.js';
import { type HeadLine, isStatusLine } from './head-reader.js';

/** What sends the answer; heads are read a little differently for each. */
export type BackendKind = 'cgi' | 'fastcgi' | 'scgi' | 'ajp13' | 'proxy';

export interface HeadOptions {
  readonly kind: BackendKind;
  /** An authorizer's positive answer only sets variables (`Variable-NAME: value`). */
  readonly authorizer: boolean;
  /** May an answer of 101 turn the connection into a tunnel? */
  readonly upgrade: boolean;
}

/** What a head says of the answer, beside the status and headers that went into the request. */
export interface ResponseHead {
  /** The backend gave a status itself, by a status line or a Status field. */
  statusGiven: boolean;
  /** Bytes of the body; -1 where the head does not tell. */
  contentLength: number;
  chunked: boolean;
  /** 101 with Upgrade, where that is allowed: the connection becomes a tunnel. */
  upgraded: boolean;
  /** `Incremental: ?1`: the answer should be streamed. */
  incremental: boolean;
  /** An HTTP server goes on with the connection after this answer, and there is no doubt where that ends. */
  persistent: boolean;
  /** The head cannot be used; the status to answer with instead. 0: it can. */
  refusedWith: number;
}

/**
 * Takes over status and headers of a backend's head (lighttpd's http_response_process_headers). Fields that break the
 * syntax, fields without a value and those that concern this hop alone are left out silently, as lighttpd does.
 */
export function takeResponseHead(
  request: RequestState,
  lines: readonly HeadLine[],
  options: HeadOptions,
): ResponseHead {
  const head: ResponseHead = {
    statusGiven: false,
    contentLength: -1,
    chunked: false,
    upgraded: false,
    incremental: false,
    persistent: options.kind === 'proxy' && lines[0]?.text.startsWith('HTTP/1.1 '),
    refusedWith: 0,
  };
  const first = takeStatusLine(request, lines, options, head);
  if (head.refusedWith !== 0) return head;
  for (let i = first; i < lines.length; i++) {
    const { text, crlf } = lines[i];
    const colon = text.indexOf(':');
    if (!crlf || colon <= 0) head.persistent = false;
    if (colon <= 0) continue;
    const value = text.slice(colon + 1).replace(/^[ \t]+/, '');
    takeField(request, text.slice(0, colon), value, options, head);
  }
  if (request.status === 0 && request.responseHeaders.has('location')) request.status = 302;
  return head;
}

/** Index of the first field line. */
function takeStatusLine(
  request: RequestState,
  lines: readonly HeadLine[],
  { kind }: HeadOptions,
  head: ResponseHead,
): number {
  const isProxy = kind === 'proxy';
  const line = lines.length > 0 ? lines[0] : null;
  if (line === null || !isStatusLine(line.text + (line.crlf ? '\r\n' : '\n'))) {
    if (isProxy) head.refusedWith = 502;
    return 0;
  }
  const version = isProxy ? /^HTTP\/1\.[01] / : /^HTTP\/\d\.[01] /;
  const status = version.test(line.text) ? parseStatus(line.text.slice(9)) : 0;
  if (status === 0) {
    request.conf.errorLog.error('http-header-glue.c', `invalid HTTP status line: ${line.text}`);
    head.refusedWith = 502;
  } else if (isProxy && request.conf.headerStrict && lines.some(({ crlf }) => !crlf)) {
    request.conf.errorLog.error('http-header-glue.c', 'HTTP backend response missing CR before LF');
    head.refusedWith = 502;
  } else {
    request.status = status;
    head.statusGiven = true;
  }
  return 1;
}

/** Exactly three digits, from 100, and then a blank or the end; 0 otherwise. */
function parseStatus(text: string): number {
  const match = /^([1-9]\d\d)(?:[ \t]|$)/.exec(text);
  return match === null ? 0 : Number(match[1]);
}

function takeField(
  request: RequestState,
  name: string,
  value: string,
  options: HeadOptions,
  head: ResponseHead,
): void {
  const lowerName = name.toLowerCase();
  if (options.authorizer && (request.status === 0 || request.status === 200)) {
    takeAuthorizerField(request, name, lowerName, value);
    return;
  }
  const strict = request.conf.headerStrict;
  if (!isFieldValue(value, strict) || !isFieldName(name, strict)) {
    // it may have been one that says where the answer ends
    head.persistent = false;
    return;
  }
  const kept = keptValue(request, lowerName, value, options, head);
  if (kept !== '') request.responseHeaders.insert(name, kept);
}

function takeAuthorizerField(request: RequestState, name: string, lowerName: string, value: string): void {
  if (lowerName === 'status') {
    // an answer, and not the server's own error page, says that the authorizer is broken
    request.status = parseStatus(value) || 502;
  } else if (lowerName.startsWith('variable-') && name.length > 9) {
    const key = name.slice(9);
    const before = request.env.get(key);
    request.env.set(key, before ? `${before}, ${value}` : value);
  }
}

/** The value to pass to the client; empty for a field that is used up or left out. */
function keptValue(
  request: RequestState,
  lowerName: string,
  value: string,
  { kind, upgrade }: HeadOptions,
  head: ResponseHead,
): string {
  switch (lowerName) {
    case 'status':
      if (kind === 'proxy') return value;
      takeStatus(request, value, head);
      return '';
    case 'upgrade':
      // a client that never learns of the switch must not be sent the other protocol
      head.upgraded = upgrade && request.status === 101;
      return head.upgraded ? value : '';
    case 'connection':
      if (hasToken(value, 'close')) head.persistent = false;
      if (kind === 'proxy' || request.version === HttpVersion.http2) return '';
      if (hasToken(value, 'close')) request.keepAlive = false;
      return value;
    case 'content-type':
      return value.startsWith('application/javascript') ? `text${value.slice(11)}` : value;
    case 'content-length':
      return takeContentLength(value, head);
    case 'transfer-encoding':
      takeTransferEncoding(request, value, head);
      return '';
    case 'http2-settings':
      return '';
    case 'incremental':
      return takeIncremental(request, value, head);
    default:
      return value;
  }
}

function takeStatus(request: RequestState, value: string, head: ResponseHead): void {
  const status = parseStatus(value);
  if (status === 0) {
    head.refusedWith = 502;
    return;
  }
  if (request.status === 0 || request.status === 200) request.status = status;
  head.statusGiven = true;
}

/** The first one counts, and none beside chunks. */
function takeContentLength(value: string, head: ResponseHead): string {
  if (head.chunked || head.contentLength >= 0) {
    head.persistent = false;
    return '';
  }
  const digits = (value.startsWith('+') ? value.slice(1) : value).replace(/[ \t]+$/, '');
  if (digits === '') return '';
  const length = parseContentLength(digits);
  if (length >= 0) {
    head.contentLength = length;
    return digits;
  }
  head.refusedWith = 502;
  return '';
}

function takeTransferEncoding(request: RequestState, value: string, head: ResponseHead): void {
  if (value.toLowerCase() !== 'chunked') {
    head.refusedWith = 502;
    return;
  }
  if (head.chunked || head.contentLength >= 0) head.persistent = false;
  head.chunked = true;
  head.contentLength = -1;
  request.responseHeaders.unset('content-length');
}

/** RFC 9110 lets a proxy refuse to stream; with buffering by configuration it says so. */
function takeIncremental(request: RequestState, value: string, head: ResponseHead): string {
  const { streamResponseBody, errorLog } = request.conf;
  if (streamResponseBody > 0 || head.upgraded || !value.startsWith('?1')) return value;
  if (streamResponseBody < 0) {
    head.incremental = true;
    return value;
  }
  errorLog.error(
    'http-header-glue.c',
    'backend Incremental response header conflicts with server response buffering policy',
  );
  head.refusedWith = 501;
  return '';
}
