import type { RequestState } from '../../plugin/request-state.js';

/** May the connection serve another request behind this one (h1_send_headers)? `count` is how many it has served. */
export function mayStayOpen(request: RequestState, count: number): boolean {
  const { conf, body } = request;
  if (!request.keepAlive || conf.maxKeepAliveIdle === 0 || count > conf.maxKeepAliveRequests) return false;
  // a body that nobody reads would be taken for the next request
  return body.finished || (request.handler !== null && conf.streamRequestBody > 0);
}
