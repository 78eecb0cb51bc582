import { hasToken, removeToken } from '../../http/tokens.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { HeadLines } from './read-head.js';

/** Is this the beginning of HTTP/2, by a client that knows it is spoken (RFC 9113, 3.3)? */
export function isHttp2Preface(text: string, lines: HeadLines): boolean {
  return lines.count === 1 && text.startsWith('PRI ') && lines.starts[1] - lines.starts[0] === 16;
}

/**
 * What a client that asks to go on in HTTP/2 says of itself (RFC 7540, 3.2): the content of its HTTP2-Settings. Null where
 * it does not ask, or not in the right form.
 */
export function http2Settings({ headers, connection }: RequestState, bodyLength: number): string | null {
  if (connection.isTls) return null;
  const settings = headers.get('http2-settings');
  if (settings === undefined || bodyLength !== 0 || !hasToken(headers.get('upgrade') ?? '', 'h2c'))
    return null;
  return hasToken(headers.get('connection') ?? '', 'http2-settings') ? settings : null;
}

export const switchingToHttp2 =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';

/** Removes an Upgrade that is none: without Connection, or to h2c, which is done with by now. */
export function upgradeAllowed({ headers }: RequestState): void {
  const upgrade = headers.get('upgrade');
  if (upgrade === undefined) return;
  const connection = headers.get('connection');
  if (connection === undefined) {
    headers.unset('upgrade');
    return;
  }
  if (!hasToken(upgrade, 'h2c')) return;
  headers.unset('http2-settings');
  headers.unset('upgrade');
  const kept = removeToken(removeToken(connection, 'http2-settings'), 'upgrade');
  if (kept === '') headers.unset('connection');
  else headers.set('Connection', kept);
}

/** Could the answer turn the connection into a tunnel? */
export function mayTunnel(request: RequestState): boolean {
  return request.method === 'CONNECT' || request.headers.has('upgrade');
}
