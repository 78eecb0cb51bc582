import type { TLSSocket } from 'node:tls';
import type { RequestState } from '../../plugin/request-state.js';
import type { TlsConfig } from './directives.js';
import { oneLine, subjectOf } from './subject.js';
import { verifyErrorNumber } from './verify-errors.js';

const subjectBytesMax = 255;

/** What a client has proved of itself, and how the connection is encrypted. */
export interface TlsSession {
  readonly socket: TLSSocket;
  /** Code of what is wrong with the certificate; null where nothing is, or none was sent. */
  readonly verifyError: string | null;
}

/** SSL_PROTOCOL and what is told of the cipher (http_cgi_ssl_env). */
export function setCipherVariables({ env }: RequestState, { socket }: TlsSession): void {
  env.set('SSL_PROTOCOL', socket.getProtocol() ?? '');
  const { name } = socket.getCipher();
  const bits = String(keyBits(name));
  env.set('SSL_CIPHER', name);
  env.set('SSL_CIPHER_USEKEYSIZE', bits);
  env.set('SSL_CIPHER_ALGKEYSIZE', /3DES|CBC3/.test(name) ? '168' : bits);
}

/** The SSL_CLIENT variables (https_add_ssl_client_entries), and REMOTE_USER where settings say so. */
export function setClientVariables({ env }: RequestState, session: TlsSession, config: TlsConfig): void {
  if (session.verifyError !== null) {
    const hex = verifyErrorNumber(session.verifyError).toString(16).toUpperCase().padStart(8, '0');
    env.set('SSL_CLIENT_VERIFY', `FAILED:error:${hex}:lib(0)::reason(${Number.parseInt(hex, 16)})`);
    return;
  }
  const certificate = session.socket.getPeerX509Certificate();
  if (certificate === undefined) {
    env.set('SSL_CLIENT_VERIFY', 'NONE');
    return;
  }
  env.set('SSL_CLIENT_VERIFY', 'SUCCESS');
  const subject = subjectOf(certificate.raw);
  const line = oneLine(subject);
  if (line !== '') env.set('SSL_CLIENT_S_DN', line.slice(0, subjectBytesMax));
  for (const { name, value } of subject) env.set(`SSL_CLIENT_S_DN_${name}`, value);
  env.set('SSL_CLIENT_M_SERIAL', certificate.serialNumber);
  const user = env.get(config['ssl.verifyclient.username']);
  if (user !== undefined) {
    env.set('REMOTE_USER', user);
    env.set('AUTH_TYPE', 'SSL_CLIENT_VERIFY');
  }
  if (config['ssl.verifyclient.exportcert']) env.set('SSL_CLIENT_CERT', certificate.toString());
}

function keyBits(cipher: string): number {
  if (/CHACHA20/.test(cipher)) return 256;
  const [, bits] = /(?:AES|CAMELLIA|ARIA)_?(128|256)/.exec(cipher) ?? [];
  return bits === undefined ? (/3DES|CBC3/.test(cipher) ? 112 : 128) : Number(bits);
}
