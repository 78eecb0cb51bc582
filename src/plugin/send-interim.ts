import { HttpVersion } from '../http/version.js';
import type { RequestState } from './request-state.js';

/** Sends an interim answer (1xx) with the headers so far, to clients that know such answers; they are not part of the final one. */
export function sendInterim({ connection, responseHeaders, version }: RequestState, status: number): void {
  if (version >= HttpVersion.http11) connection.sendInterim(status, responseHeaders.fields());
  responseHeaders.clear();
}
