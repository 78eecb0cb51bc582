import { HttpVersion } from '../http/version.js';
import { HandlerResult, type MaybeAsync } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { useErrorPage } from './error-document.js';
import { answerRange } from './range-response.js';
import type { RequestStep } from './slots.js';

/**
 * Makes status, headers and body final (http_response_write_prepare): error pages, the modules that filter headers,
 * ranges, framing. Gives false where a module asks to give the connection up.
 */
export function startResponse(
  request: RequestState,
  responseStart: readonly RequestStep[],
): MaybeAsync<boolean> {
  const { status } = request;
  if (status !== 200) {
    if (status === 204 || status === 205 || status === 304) leaveOutBody(request);
    else if (status >= 400 && status < 600) useErrorPage(request);
  }
  for (let i = 0; i < responseStart.length; i++) {
    const result = responseStart[i](request);
    if (typeof result !== 'number') return finishLater(request, responseStart, i, result);
    if (result > HandlerResult.finished) return false;
    if (result === HandlerResult.finished) break;
  }
  frame(request);
  return true;
}

async function finishLater(
  request: RequestState,
  responseStart: readonly RequestStep[],
  index: number,
  pending: Promise<HandlerResult>,
): Promise<boolean> {
  let result = await pending;
  for (let i = index + 1; result === HandlerResult.goOn && i < responseStart.length; i++) {
    result = await responseStart[i](request);
  }
  if (result > HandlerResult.finished) return false;
  frame(request);
  return true;
}

function leaveOutBody(request: RequestState): void {
  if (request.status !== 304) request.responseHeaders.unset('content-length');
  request.responseBody.clear();
  request.responseBody.finish();
}

/** Ranges, and how the client is to know where the body ends. */
function frame(request: RequestState): void {
  const { responseBody: body, responseHeaders: headers } = request;
  if (body.finished && !body.failed) {
    if (request.status === 200 && request.conf.rangeRequests && answerRange(request) === 416)
      useErrorPage(request);
    if (!headers.has('content-length') && !headers.has('transfer-encoding')) setContentLength(request);
  } else if (request.version <= HttpVersion.http11) {
    frameStream(request);
  }
  if (request.method === 'HEAD') {
    request.sendChunked = false;
    headers.unset('transfer-encoding');
    body.clear();
    body.finish();
  }
}

function setContentLength(request: RequestState): void {
  const { length } = request.responseBody;
  if (length > 0) request.responseHeaders.push('Content-Length', 'content-length', String(length));
  else if (request.method !== 'HEAD' && request.status !== 204 && request.status !== 304) {
    request.responseHeaders.push('Content-Length', 'content-length', '0');
  }
}

/** A body whose end is not known yet: chunks for HTTP/1.1, the end of the connection for HTTP/1.0. */
function frameStream(request: RequestState): void {
  const { responseHeaders: headers } = request;
  if (headers.has('content-length') || headers.has('transfer-encoding') || headers.has('upgrade')) return;
  if (request.method === 'CONNECT' && request.status === 200) return;
  if (request.version !== HttpVersion.http11) {
    request.keepAlive = false;
    return;
  }
  request.sendChunked = true;
  headers.push('Transfer-Encoding', 'transfer-encoding', 'chunked');
}
