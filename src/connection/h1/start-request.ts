import { noBody } from '../../plugin/request-body.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { ConnectionContext } from '../connection-context.js';
import { logEarly } from './early-errors.js';
import { logHead, logRefused } from './head-log.js';
import { readHead } from './read-head.js';
import { http2Settings, upgradeAllowed } from './upgrade.js';

/**
 * Reads a whole head into the request, or notes why it is refused (`early`: the status that was known before). Gives the
 * settings of a client that asks to go on in HTTP/2, if it may; else null.
 */
export function startRequest(
  request: RequestState,
  text: string,
  early: number,
  context: ConnectionContext,
): string | null {
  const { lines, framing, knownHeads } = context;
  framing.reset();
  request.headBytesIn = lines.end;
  request.body = noBody;
  request.status = early;
  if (early === 0) {
    if (request.conf.logRequestHeader) logHead(request, 'rqst', text.slice(0, lines.end));
    request.status = readHead(text, lines, request, framing, knownHeads);
    if (request.status === 0) {
      const settings = context.upgradesToHttp2 ? http2Settings(request, framing.length) : null;
      upgradeAllowed(request);
      if (settings !== null) return settings;
      if (text.length === lines.end && framing.length === 0) knownHeads.keep(text, request);
    } else if (request.conf.logRequestHeaderOnError) logRefused(request, text.slice(0, lines.end));
  } else {
    logEarly(request, early);
  }
  request.openConditions(request.status === 0);
  if (request.status !== 0) request.keepAlive = false;
  return null;
}
