import { createHash } from 'node:crypto';
import type { DigestStep } from './suite.js';

/** The text of a digest step with `{nonce}` and `{response}` filled in (RFC 7616, section 3.4). */
export function digestText({ digest }: DigestStep, fill: (text: string) => string): string {
  const { alg = 'MD5', method = 'GET', user, realm, pass, uri, qop, nc, cnonce } = digest;
  const hash = (text: string) => createHash(hashName(alg)).update(text, 'latin1').digest('hex');
  const nonceTime = Math.floor(Date.now() / 1000) - (digest.age ?? 5);
  const nonce = fill(digest.nonce ?? '@NOW@:0').replace('@NOW@', nonceTime.toString(16));
  const login = hash(`${user}:${realm}:${pass}`);
  const secret = /-sess$/i.test(alg) ? hash(`${login}:${nonce}:${cnonce}`) : login;
  const request = hash(`${method}:${uri}`);
  const middle = qop ? `${nonce}:${nc}:${cnonce}:${qop}` : nonce;
  const response = hash(`${secret}:${middle}:${request}`);
  return fill(digest.text).replaceAll('{nonce}', nonce).replaceAll('{response}', response);
}

function hashName(algorithm: string): string {
  if (/^sha-512-256/i.test(algorithm)) return 'sha512-256';
  return /^sha-256/i.test(algorithm) ? 'sha256' : 'md5';
}
