import { HttpVersion } from '../http/version.js';
import type { RequestState } from '../plugin/request-state.js';
import type { BackendMode } from './backend-options.js';
import type { Backend } from './read-backends.js';

/**
 * May the backend turn this connection into a tunnel? Where it may not, it does not see the Upgrade header either
 * (gw_upgrade_policy); an authorizer leaves the header for those that are asked after it.
 */
export function allowsUpgrade(request: RequestState, isEnabled: boolean, isAuthorizer = false): boolean {
  if (!request.headers.has('upgrade')) return false;
  const bodyIsFine =
    request.body.length === 0 || request.server.features.bool('gw.upgrade-with-request-body', false);
  if (isEnabled && request.version === HttpVersion.http11 && bodyIsFine) return true;
  if (!isAuthorizer) request.headers.unset('upgrade');
  return false;
}

/**
 * Is the body of this request handed on as it comes? By configuration, or because the client asks for it
 * (`Incremental: ?1`) where nothing is configured. Null where it asks in vain: the answer is 501 (gw_incremental_policy).
 */
export function streamsRequestBody(request: RequestState, isUpgrade: boolean): boolean | null {
  const { streamRequestBody } = request.conf;
  if (streamRequestBody > 0) return true;
  if (!request.headers.get('incremental')?.startsWith('?1')) return false;
  if (streamRequestBody < 0 || isUpgrade) return true;
  request.handler = null;
  request.status = 501;
  return null;
}

/** Is the backend asked to leave the connection open? Those to authorizers carry one request each. */
export function leavesOpen({ settings }: Backend, mode: BackendMode): boolean {
  return mode === 'responder' && settings['keep-alive'] > 0;
}
