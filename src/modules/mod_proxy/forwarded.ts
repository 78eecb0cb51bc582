import type { RequestState } from '../../plugin/request-state.js';
import type { ForwardedParameter } from './index.js';

/**
 * Tells the backend who asks, in the request's own headers: Forwarded (RFC 7239) with the parameters that are switched
 * on, and the older X-Forwarded-For, X-Forwarded-Host, X-Host and X-Forwarded-Proto (proxy_set_Forwarded).
 */
export function addForwarded(request: RequestState, parameters: ReadonlySet<ForwardedParameter>): void {
  const { headers, host, uri } = request;
  if (parameters.size > 0) headers.set('Forwarded', forwardedValue(request, parameters));
  headers.append('X-Forwarded-For', outerClient(request));
  if (host !== null && host !== '') {
    headers.set('X-Host', host);
    headers.set('X-Forwarded-Host', host);
  }
  headers.set('X-Forwarded-Proto', uri.scheme);
}

/** The address that mod_extforward found on the connection before it put another in its place, or the one that is. */
function outerClient({ env, connection }: RequestState): string {
  return env.get('_L_EXTFORWARD_ACTUAL_FOR') ?? connection.peerAddress.text;
}

function forwardedValue(request: RequestState, parameters: ReadonlySet<ForwardedParameter>): string {
  const { headers } = request;
  const known = headers.get('forwarded') ?? fromXForwardedFor(headers.get('x-forwarded-for') ?? '');
  const own = [
    parameters.has('for') ? `for=${nodeName(request)}` : '',
    parameters.has('by') ? `by="${escapeQuoted(ownAddress(request))}"` : '',
    parameters.has('proto') ? `proto=${outerScheme(request)}` : '',
    parameters.has('host') ? quotedParameter('host', outerHost(request)) : '',
    parameters.has('remote_user') ? quotedParameter('remote_user', request.env.get('REMOTE_USER')) : '',
  ];
  const element = own.filter((parameter) => parameter !== '').join(';');
  return known === '' ? element : `${known}, ${element}`;
}

/** Addresses of the older header, each an element of its own. */
function fromXForwardedFor(value: string): string {
  const addresses = value.split(/[ \t,]+/).filter((address) => address !== '');
  return addresses.map((address) => `for=${quotedNode(address)}`).join(', ');
}

/** IPv6 addresses stand in brackets, and brackets in quotes. */
function quotedNode(address: string): string {
  const escaped = escapeQuoted(address);
  return address.includes(':') ? `"[${escaped}]"` : `"${escaped}"`;
}

function nodeName({ env, connection }: RequestState): string {
  const outer = env.get('_L_EXTFORWARD_ACTUAL_FOR');
  if (outer !== undefined) return quotedNode(outer);
  const { text, bytes } = connection.peerAddress;
  if (bytes.length === 4) return text;
  return bytes.length === 16 ? `"[${text}]"` : `"${escapeQuoted(text)}"`;
}

function ownAddress({ connection }: RequestState): string {
  const { listenSocket, localAddress, localPort } = connection;
  if (listenSocket.token.startsWith('/')) return listenSocket.token;
  return localAddress.includes(':') ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`;
}

function outerScheme({ env, connection }: RequestState): string {
  return env.get('_L_EXTFORWARD_ACTUAL_PROTO') ?? (connection.isTls ? 'https' : 'http');
}

function outerHost({ env, host }: RequestState): string | undefined {
  return env.get('_L_EXTFORWARD_ACTUAL_HOST') ?? host ?? undefined;
}

function quotedParameter(name: string, value: string | undefined): string {
  return value ? `${name}="${escapeQuoted(value)}"` : '';
}

function escapeQuoted(text: string): string {
  return text.replace(/["\\\x7f\x00-\x08\x0a-\x1f]/g, '\\$&');
}
