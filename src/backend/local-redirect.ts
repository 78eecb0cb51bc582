import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import type { ResponseHead } from './response-head.js';

const restartsMax = 5;

/**
 * Is the answer a redirect within this server (RFC 3875, 6.2.2): a path in Location, no other header, no status given,
 * and not to the program itself (http_cgi_local_redir)?
 */
export function isLocalRedirect(request: RequestState, head: ResponseHead): boolean {
  const { status, responseHeaders, uri } = request;
  if (head.statusGiven || status < 300 || status >= 400 || responseHeaders.size !== 1) return false;
  const location = responseHeaders.get('location') ?? '';
  if (!location.startsWith('/')) return false;
  const next = location[uri.path.length];
  return !(location.startsWith(uri.path) && (next === undefined || next === '/' || next === '?'));
}

/** Starts the request again with the path that the program named; 500 where programs send it round in circles. */
export function startLocalRedirect(request: RequestState): HandlerResult {
  const location = request.responseHeaders.get('location') ?? '';
  request.responseHeaders.clear();
  request.handler = null;
  if (request.comebacks >= restartsMax) {
    request.conf.errorLog.error(
      'http_cgi.c',
      `too many internal loops while processing request: ${request.targetOriginal}`,
    );
    request.status = 500;
    return HandlerResult.finished;
  }
  resetModules(request);
  // the program has had the body
  if (!request.body.finished) request.keepAlive = false;
  request.body.discard();
  request.method = 'GET';
  request.status = 0;
  request.target = location;
  request.pathInfo = '';
  request.physical.path = '';
  return HandlerResult.comeback;
}

/** Modules forget what they know of the request so far, as if it came anew. */
function resetModules(request: RequestState): void {
  const { modules } = request.server;
  for (let i = modules.length - 1; i >= 0; i--) {
    const { definition, settings, state } = modules[i];
    definition.hooks?.requestReset?.(request, settings.select(request.conditions) as never, state);
  }
  request.forgetModuleData();
}
