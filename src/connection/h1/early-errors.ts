import type { RequestState } from '../../plugin/request-state.js';
import type { HeadLines } from './read-head.js';

/**
 * What is refused before a head is read: too large (431), or not HTTP from its first byte on (400). 0 where there is
 * nothing to refuse; the head may still be incomplete.
 */
export function refuseEarly(text: string, lines: HeadLines, sizeMax: number, isLater: boolean): number {
  const size = lines.end === 0 ? text.length : lines.end;
  if (size > sizeMax || lines.isTooLong) return 431;
  // a complete head with a first line is judged by its reader
  if (lines.end > 0 && lines.count > 0) return 0;
  if (isLater && lines.end === 0 && text === '\r') return 0;
  return text.charCodeAt(0) < 32 ? 400 : 0;
}

export function logEarly(request: RequestState, status: number): void {
  const what =
    status === 431
      ? 'oversized request-header -> sending Status 431'
      : `invalid request-line -> sending Status 400 (${request.remoteAddress.text})`;
  request.conf.errorLog.error('h1.c', what);
}
