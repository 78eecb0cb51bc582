import { hash } from 'node:crypto';
import { encodePermuted } from './crypt64.js';

const order = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]];
const rounds = 1000;

/** MD5 crypt (Poul-Henning Kamp): `$1$SALT$HASH` of FreeBSD and Linux, and Apache's `$apr1$SALT$HASH`. */
export function md5Crypt(password: Buffer, magic: '$1$' | '$apr1$', salt: string): string {
  const saltBytes = Buffer.from(salt, 'latin1');
  const inner = md5([password, saltBytes, password]);
  const parts = [password, Buffer.from(magic), saltBytes];
  for (let left = password.length; left > 0; left -= 16) parts.push(inner.subarray(0, left));
  const zero = Buffer.alloc(1);
  for (let i = password.length; i !== 0; i >>>= 1) parts.push(i & 1 ? zero : password.subarray(0, 1));
  let digest = md5(parts);
  for (let i = 0; i < rounds; i++) {
    const round = [i & 1 ? password : digest];
    if (i % 3 !== 0) round.push(saltBytes);
    if (i % 7 !== 0) round.push(password);
    round.push(i & 1 ? digest : password);
    digest = md5(round);
  }
  return `${magic}${salt}$${encodePermuted(digest, order)}`;
}

function md5(parts: Buffer[]): Buffer {
  return hash('md5', Buffer.concat(parts), 'buffer');
}
