import { parseContentLength } from '../http/content-length.js';
import { checkHost } from '../http/host.js';
import { ParseOption } from '../http/parse-options.js';
import { hasToken } from '../http/tokens.js';
import { HttpVersion } from '../http/version.js';
import type { RequestState } from '../plugin/request-state.js';
import { setTarget, useTarget } from '../plugin/set-target.js';

/** Why a request was refused while it was read; `debug.log-request-header-on-error` shows the reason. */
export function refuse(request: RequestState, status: number, reason: string): number {
  const { conf } = request;
  if (conf.logRequestHeaderOnError) conf.errorLog.debug('request.c', reason);
  return status;
}

/** What the head says about the body; one object serves a connection. */
export class BodyFraming {
  /** Announced bytes; -1: chunked. */
  length = 0;
  hasContentLength = false;
  /** The stream is to become a tunnel for WebSocket frames (RFC 8441). */
  opensTunnel = false;

  reset(): void {
    this.length = 0;
    this.hasContentLength = false;
    this.opensTunnel = false;
  }
}

const hostLengthLimit = 1024;

/**
 * Adds one field to the request, with the rules for repeated and for special ones that hold in every protocol
 * (http_request_parse_single_header). The value is trimmed and not empty. Gives 0 or the status to answer with.
 */
export function addField(
  request: RequestState,
  framing: BodyFraming,
  name: string,
  lower: string,
  value: string,
): number {
  const { headers } = request;
  switch (lower) {
    case 'host':
      return addHost(request, value);
    case 'if-modified-since':
    case 'if-none-match':
    case 'content-type':
    case 'http2-settings':
      if (headers.has(lower)) return checkRepeated(request, lower, value);
      break;
    case 'connection':
      if (hasToken(value, 'close')) request.keepAlive = false;
      else if (hasToken(value, 'keep-alive')) request.keepAlive = true;
      break;
    case 'content-length':
      if (!setLength(request, framing, value)) return 400;
      break;
    case 'transfer-encoding':
      return setCoding(request, framing, value);
  }
  if (headers.has(lower)) headers.append(name, value);
  else headers.push(name, lower, value);
  return 0;
}

function addHost(request: RequestState, value: string): number {
  if (request.host === null) {
    if (value.length >= hostLengthLimit) return refuse(request, 400, 'uri-authority too long -> 400');
    setHost(request, value);
    return 0;
  }
  return request.host === value ? 0 : checkRepeated(request, 'host', value);
}

/** The host as sent, in lower case; also from an absolute target or `:authority`. */
export function setHost(request: RequestState, value: string): void {
  const host = /[A-Z]/.test(value) ? value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : value;
  request.host = host;
  request.headers.push('Host', 'host', host);
}

function checkRepeated(request: RequestState, lower: string, value: string): number {
  if (request.headers.get(lower)?.toLowerCase() === value.toLowerCase() || lower === 'if-none-match')
    return 0;
  return refuse(request, 400, `duplicate ${lower} header -> 400`);
}

function setLength(request: RequestState, framing: BodyFraming, value: string): boolean {
  const length = framing.hasContentLength ? -1 : parseContentLength(value);
  if (length < 0) {
    refuse(
      request,
      400,
      `${framing.hasContentLength ? 'duplicate' : 'invalid'} Content-Length header -> 400`,
    );
    return false;
  }
  framing.hasContentLength = true;
  // (not where Transfer-Encoding has said -1 already)
  if (framing.length === 0 || request.version === HttpVersion.http2) framing.length = length;
  return true;
}

function setCoding(request: RequestState, framing: BodyFraming, value: string): number {
  if (request.version !== HttpVersion.http11) {
    request.keepAlive = false;
    return refuse(request, 400, 'Transfer-Encoding without HTTP/1.1 -> 400');
  }
  if (value.toLowerCase() !== 'chunked') return refuse(request, 501, `Transfer-Encoding: ${value} -> 501`);
  framing.length = -1;
  return 0;
}

/**
 * Checks that hold for the head as a whole, once all fields are known (http_request_parse): target, host, and
 * whether a body may come. `sentTarget` is the target without scheme and host; `isKnown` says that fields and host have
 * passed before.
 */
export function completeHead(
  request: RequestState,
  framing: BodyFraming,
  sentTarget: string,
  isKnown = false,
): number {
  const options = request.server.core.base.parseOptions;
  const { knownTarget } = request;
  if (knownTarget !== null) useTarget(request, knownTarget);
  const status = knownTarget !== null ? 0 : setTarget(request, sentTarget);
  if (status !== 0) return refuse(request, status, 'invalid character in URI -> 400');
  if (isKnown) {
    request.uri.authority = request.host as string;
    return checkNoBody(request, framing);
  }
  if (request.host !== null) {
    const host = checkHost(request.host, options, request.connection.scheme === 'https' ? 443 : 80);
    if (host === null) return refuse(request, 400, 'Invalid Hostname -> 400');
    if (host !== request.host) {
      request.host = host;
      request.headers.set('Host', host);
    }
    request.uri.authority = host;
  } else {
    request.uri.authority = '';
    if (request.version >= HttpVersion.http11)
      return refuse(request, 400, 'HTTP/1.1 but Host missing -> 400');
  }
  if (request.version !== HttpVersion.http11) {
    if (request.headers.has('upgrade') || request.headers.has('http2-settings')) {
      return refuse(request, 400, 'invalid hop-by-hop header w/o HTTP/1.1 -> 400');
    }
  }
  return framing.length === 0 ? checkNoBody(request, framing) : checkBody(request, framing, options);
}

function checkNoBody(request: RequestState, framing: BodyFraming): number {
  if (request.method === 'POST' && request.version <= HttpVersion.http11 && !framing.hasContentLength) {
    return refuse(request, 411, 'POST-request, but content-length missing -> 411');
  }
  return 0;
}

function checkBody(request: RequestState, framing: BodyFraming, options: number): number {
  if (framing.length === -1 && framing.hasContentLength) {
    // RFC 9112, 6.1: such a message may be an attempt to smuggle another request
    request.keepAlive = false;
    if ((options & ParseOption.headerStrict) !== 0) {
      return refuse(request, 400, 'invalid Transfer-Encoding + Content-Length -> 400');
    }
    request.headers.unset('content-length');
  }
  if (
    (request.method === 'GET' || request.method === 'HEAD') &&
    (options & ParseOption.methodGetBody) === 0
  ) {
    return refuse(request, 400, 'GET/HEAD with content-length -> 400');
  }
  return 0;
}
