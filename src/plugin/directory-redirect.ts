import { encodeUri } from '../http/encode.js';
import type { RequestState } from './request-state.js';

/**
 * Sends the client to the path with a slash behind it (http_response_redirect_to_directory). Below 300 the place is
 * told in Content-Location instead.
 */
export function redirectToDirectory(request: RequestState, status: number): void {
  const { uri, server } = request;
  const origin = server.features.bool('server.absolute-dir-redirect', false) ? absoluteOrigin(request) : '';
  const query = uri.query === '' ? '' : `?${uri.query}`;
  const location = `${origin}${encodeUri(uri.path)}/${query}`;
  if (status < 300) {
    request.responseHeaders.set('Content-Location', location);
    return;
  }
  request.responseHeaders.set('Location', location);
  request.status = status;
  request.responseBody.finish();
}

/** Scheme and host of this server as the client knows it (http_response_buffer_append_authority). */
export function absoluteOrigin(request: RequestState): string {
  const { uri, connection } = request;
  if (uri.authority !== '') return `${uri.scheme}://${uri.authority}`;
  const isDefaultPort = connection.localPort === (uri.scheme === 'https' ? 443 : 80);
  return `${uri.scheme}://${ownName(request)}${isDefaultPort ? '' : `:${connection.localPort}`}`;
}

function ownName({ connection, serverName }: RequestState): string {
  const { localAddress } = connection;
  if (localAddress === '127.0.0.1') return 'localhost';
  if (serverName !== '') return serverName;
  return localAddress.includes(':') ? `[${localAddress}]` : localAddress;
}
