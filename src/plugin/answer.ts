import { HandlerResult } from './handler-result.js';
import type { RequestState } from './request-state.js';

/** Ends the search with an error; its page is made later (lighttpd's http_status_set_err). */
export function answerError(request: RequestState, status: number): HandlerResult {
  request.handler = null;
  request.status = status;
  return HandlerResult.finished;
}

/** Ends the search with an answer that has headers and no body (lighttpd's http_status_set_fin). */
export function answerWithoutBody(request: RequestState, status: number): HandlerResult {
  request.responseBody.finish();
  return answerError(request, status);
}
