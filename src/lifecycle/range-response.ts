import { type ByteRange, contentRange, parseRanges } from '../http/range.js';
import { HttpVersion } from '../http/version.js';
import type { RequestState } from '../plugin/request-state.js';
import type { BodyPart } from '../plugin/response-body.js';

const boundary = 'fkj49sn38dcn3';

/**
 * Cuts a complete 200 answer down to the ranges that the client asks for (http_range_rfc7233). Gives the status that
 * the answer has now: 200, 206, or 416 where no range can be satisfied.
 */
export function answerRange(request: RequestState): number {
  const { method, responseHeaders: headers } = request;
  // (an error handler may answer for a request whose method was not understood)
  if (method !== 'GET' && method !== 'HEAD' && method !== '') return 200;
  if (request.version < HttpVersion.http11 && !request.server.features.bool('http10.range', false))
    return 200;
  if (headers.template !== null) {
    headers.useTemplate(headers.template.withRanges);
  } else {
    if (headers.has('transfer-encoding') || headers.has('content-encoding')) return 200;
    const accepted = headers.get('accept-ranges');
    if (accepted === undefined) headers.push('Accept-Ranges', 'accept-ranges', 'bytes');
    else if (accepted === 'none') return 200;
  }
  if (method !== 'GET') return 200;
  const wanted = request.headers.get('range');
  if (wanted === undefined || !isStillValid(request)) return 200;
  return cutRanges(request, wanted);
}

/** If-Range (RFC 9110, 13.1.5): the ranges count only for the representation that the client has a part of. */
function isStillValid(request: RequestState): boolean {
  const validator = request.headers.get('if-range');
  if (validator === undefined) return true;
  return request.responseHeaders.get(validator.startsWith('"') ? 'etag' : 'last-modified') === validator;
}

function cutRanges(request: RequestState, wanted: string): number {
  const { responseBody: body, responseHeaders: headers } = request;
  const size = body.length;
  const ranges = parseRanges(wanted, size);
  if (ranges === null) return 200;
  if (ranges.length === 0) {
    // the error is the server's own, whoever made the body
    request.handler = null;
    request.status = 416;
    return 416;
  }
  request.status = 206;
  headers.unset('content-length');
  const parts = body.takeParts();
  if (ranges.length === 1) {
    headers.set('Content-Range', contentRange(ranges[0], size));
    appendSlices(request, parts, ranges[0]);
  } else {
    appendMultipart(request, parts, ranges, size);
  }
  // the file stays open until the last part of it has been sent
  for (const part of parts) if (!Buffer.isBuffer(part)) body.closeWhenDone(part);
  body.finish();
  return 206;
}

/** `multipart/byteranges` (RFC 9110, 14.6). */
function appendMultipart(
  request: RequestState,
  parts: readonly BodyPart[],
  ranges: readonly ByteRange[],
  size: number,
): void {
  const { responseBody: body, responseHeaders: headers } = request;
  const type = headers.get('content-type');
  const typeLine = type === undefined ? '' : `\r\nContent-Type: ${type}`;
  let lineEnd = '';
  for (const range of ranges) {
    body.append(`${lineEnd}--${boundary}${typeLine}\r\nContent-Range: ${contentRange(range, size)}\r\n\r\n`);
    appendSlices(request, parts, range);
    lineEnd = '\r\n';
  }
  body.append(`\r\n--${boundary}--\r\n`);
  headers.set('Content-Type', `multipart/byteranges; boundary=${boundary}`);
}

/** Appends the bytes `first` to `last` of what the parts hold together. */
function appendSlices(request: RequestState, parts: readonly BodyPart[], { first, last }: ByteRange): void {
  const { responseBody: body } = request;
  let start = 0;
  for (const part of parts) {
    const from = Math.max(first - start, 0);
    const to = Math.min(last + 1 - start, part.length);
    if (from < to) {
      if (Buffer.isBuffer(part)) body.append(part.subarray(from, to));
      else body.appendFile(part.slice(from, to));
    }
    start += part.length;
  }
}
