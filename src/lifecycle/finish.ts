import { HttpVersion } from '../http/version.js';
import type { RequestState } from '../plugin/request-state.js';
import type { RequestNotice, Slots } from './slots.js';

/** The answer is out, or has failed: modules are told, and the state is made ready for the next request. */
export function finishRequest(request: RequestState, slots: Slots): void {
  if (request.status !== 0) for (let i = 0; i < slots.requestDone.length; i++) slots.requestDone[i](request);
  request.server.counters.requests++;
  resetRequest(request, slots);
}

/**
 * The request is given up: its connection has gone, or its stream. Its handler may still be at work, so the state is not
 * to be used again.
 */
export function abandonRequest(request: RequestState, slots: Slots): void {
  if (request.status !== 0 && request.responseStarted) finishRequest(request, slots);
  else resetRequest(request, slots);
  request.responseBody.drop();
}

/** Modules forget what they know of the request so far. */
export function resetModules(request: RequestState, requestReset: readonly RequestNotice[]): void {
  for (let i = 0; i < requestReset.length; i++) requestReset[i](request);
  request.forgetModuleData();
}

/** For requests that are dropped without an answer too. */
export function resetRequest(request: RequestState, slots: Slots): void {
  resetModules(request, slots.requestReset);
  request.method = '';
  request.version = HttpVersion.unset;
  request.target = '';
  request.targetOriginal = '';
  request.knownTarget = null;
  request.headers.clear();
  request.host = null;
  request.serverName = '';
  request.uri.authority = '';
  request.uri.path = '';
  request.uri.query = '';
  request.pathInfo = '';
  request.statEntry = null;
  request.handler = null;
  if (request.env.size > 0) request.env.clear();
  request.physical.path = '';
  request.physical.docroot = '';
  request.physical.relPath = '';
  request.status = 0;
  request.responseHeaders.clear();
  request.responseBody.clear();
  request.responseBody.onChange = null;
  request.responseStarted = false;
  request.sendChunked = false;
  request.keepAlive = false;
  request.closesConnection = false;
  request.step = 0;
  request.comebacks = 0;
  request.errorHandlerSavedStatus = 0;
  request.errorHandlerSavedMethod = '';
  request.headBytesIn = 0;
  request.headBytesOut = 0;
  request.bodyBytesOut = 0;
}
