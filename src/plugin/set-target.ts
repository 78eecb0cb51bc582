import { type RequestTarget, resolveTarget } from '../http/request-target.js';
import type { RequestState } from './request-state.js';

/**
 * Normalises a target and takes it apart into the request's URI (http_request_parse_target). Gives 0, or the status
 * to answer with.
 */
export function setTarget(request: RequestState, target: string): number {
  const { parsedTarget, server } = request;
  resolveTarget(request.method, target, server.core.base.parseOptions, parsedTarget);
  if (parsedTarget.status !== 0) return parsedTarget.status;
  useTarget(request, parsedTarget);
  return 0;
}

/** Takes a target that is taken apart already. */
export function useTarget(request: RequestState, { target, path, query }: Readonly<RequestTarget>): void {
  const { uri } = request;
  request.target = target;
  uri.scheme = request.connection.scheme;
  uri.path = path;
  uri.query = query;
}
