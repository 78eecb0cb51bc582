import { randomBytes } from 'node:crypto';
import { isFieldName, isFieldValue, trimBlanks } from '../../http/field-syntax.js';
import type { FieldBlock } from '../../http/hpack/decoder.js';
import { isKnownMethod } from '../../http/methods.js';
import { ParseOption } from '../../http/parse-options.js';
import { hasForbiddenByte } from '../../http/request-target.js';
import { HttpVersion } from '../../http/version.js';
import type { RequestState } from '../../plugin/request-state.js';
import { knownFieldName } from '../field-names.js';
import { addField, type BodyFraming, completeHead, refuse, setHost } from '../request-fields.js';

const colon = 58;
const authorityLengthLimit = 1024;

/**
 * Reads decoded fields into the request: pseudo-fields, fields, then the checks of the whole (http_request_parse_header).
 * Gives 0 or the status to answer with.
 */
export function readRequest(request: RequestState, fields: FieldBlock, framing: BodyFraming): number {
  const { maxRequestFieldSize, parseOptions } = request.server.core.base;
  const isStrict = (parseOptions & ParseOption.headerStrict) !== 0;
  let size = 0;
  let isPseudo = true;
  let hasScheme = false;
  for (let i = 0; i < fields.count; i++) {
    const name = fields.names[i];
    const value = fields.values[i];
    // as lighttpd counts: what the line would take on HTTP/1.1
    size += name.length + value.length + 4;
    request.headBytesIn = size + 2;
    if (size > maxRequestFieldSize) return refuseSize(request);
    let status: number;
    if (name.charCodeAt(0) === colon) {
      status = isPseudo ? readPseudoField(request, framing, name, value, hasScheme) : refusePseudo(request);
      hasScheme ||= name === ':scheme';
    } else {
      status = isPseudo ? checkPseudoFields(request, framing, hasScheme) : 0;
      isPseudo = false;
      if (status === 0) status = readField(request, framing, name, value, isStrict);
    }
    if (status !== 0) return status;
  }
  const status = isPseudo ? checkPseudoFields(request, framing, hasScheme) : 0;
  if (status !== 0) return status;
  if (framing.opensTunnel) askForWebSocket(request, framing);
  return completeHead(request, framing, request.target);
}

function refuseSize(request: RequestState): number {
  request.conf.errorLog.error('request.c', 'oversized request header -> 431');
  return 431;
}

function refusePseudo(request: RequestState): number {
  return refuse(request, 400, 'invalid pseudo-header -> 400');
}

function readPseudoField(
  request: RequestState,
  framing: BodyFraming,
  name: string,
  value: string,
  hasScheme: boolean,
): number {
  // (no setting lets a line end through, for a backend might take it for one)
  if (value === '' || !isFieldValue(value, false)) return refuse(request, 400, 'invalid header value -> 400');
  let isRepeated: boolean;
  switch (name) {
    case ':authority':
      isRepeated = request.host !== null;
      if (value.length >= authorityLengthLimit)
        return refuse(request, 400, 'invalid pseudo-header authority too long -> 400');
      if (!isRepeated) setHost(request, value);
      break;
    case ':method':
      isRepeated = request.method !== '';
      if (!isKnownMethod(value)) return refuse(request, 501, 'unknown http-method -> 501');
      request.method = value;
      break;
    case ':path':
      isRepeated = request.target !== '';
      request.target = value;
      break;
    case ':scheme':
      isRepeated = hasScheme;
      break;
    case ':protocol':
      if (value !== 'websocket') return refuse(request, 405, 'unhandled :protocol value -> 405');
      isRepeated = framing.opensTunnel;
      framing.opensTunnel = true;
      break;
    default:
      return refusePseudo(request);
  }
  return isRepeated ? refuse(request, 400, 'repeated pseudo-header -> 400') : 0;
}

/** Are those that the method asks for all there? (http_request_validate_pseudohdrs) */
function checkPseudoFields(request: RequestState, framing: BodyFraming, hasScheme: boolean): number {
  const { method, target } = request;
  if (method === '') return refuse(request, 400, 'missing pseudo-header method -> 400');
  if (method !== 'CONNECT') framing.opensTunnel = false;
  if (method === 'CONNECT' && !framing.opensTunnel) {
    if (request.host === null) return refuse(request, 400, 'missing pseudo-header authority -> 400');
    if (target !== '' || hasScheme) return refuse(request, 400, 'invalid pseudo-header with CONNECT -> 400');
    request.target = request.host;
  } else {
    if (!hasScheme) return refuse(request, 400, 'missing pseudo-header scheme -> 400');
    if (target === '') return refuse(request, 400, 'missing pseudo-header path -> 400');
    if (target.charCodeAt(0) !== 47 && (target !== '*' || method !== 'OPTIONS'))
      return refuse(request, 400, 'invalid pseudo-header path -> 400');
  }
  request.targetOriginal = request.target;
  request.parsedTarget.original = request.target;
  if (hasForbiddenByte(request.target, request.server.core.base.parseOptions))
    return refuse(request, 400, 'invalid character in URI -> 400');
  return 0;
}

/**
 * A WebSocket over HTTP/2 stands for the GET that HTTP/1.1 asks for one with: as such modules see it, and backends too. The
 * answer is translated back (`StreamSender`).
 */
function askForWebSocket(request: RequestState, framing: BodyFraming): void {
  const { headers } = request;
  request.method = 'GET';
  request.version = HttpVersion.http11;
  headers.set('Connection', 'upgrade');
  headers.set('Upgrade', 'websocket');
  // HTTP/2 needs no key, HTTP/1.1 does (RFC 6455, 4.1)
  if (!headers.has('sec-websocket-key')) headers.set('Sec-WebSocket-Key', randomBytes(16).toString('base64'));
  framing.length = 0;
}

function readField(
  request: RequestState,
  framing: BodyFraming,
  name: string,
  sent: string,
  isStrict: boolean,
): number {
  if (sent === '') return 0;
  if (!isFieldValue(sent, isStrict)) return refuse(request, 400, 'invalid character in header -> 400');
  const value = trimBlanks(sent);
  if (value === '') return 0;
  if (knownFieldName(name) !== name && (!isFieldName(name, isStrict) || /[A-Z]/.test(name)))
    return refuse(request, 400, 'invalid character in header key -> 400');
  if (name === 'te' && value.toLowerCase() !== 'trailers')
    return refuse(request, 400, 'invalid TE header value with HTTP/2 -> 400');
  if (name === 'connection')
    return refuse(request, 400, 'invalid Connection header with HTTP/2 or later -> 400');
  return addField(request, framing, name, name, value);
}
