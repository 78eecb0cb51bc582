import { createHmac, scryptSync } from 'node:crypto';
import { bcryptVerify, md4 } from 'hash-wasm';
import { sameSecret } from '../../../base/same-secret.js';
import { crypt64Value, encodeCrypt64, encodePermuted } from './crypt64.js';
import { desCrypt } from './des-crypt.js';
import { md5Crypt } from './md5-crypt.js';
import { shaCrypt } from './sha-crypt.js';
import { yescrypt } from './yescrypt.js';

/** Is this the password that the hash was made of? False for a hash that cannot be read. Slow, on purpose. */
export async function verifyCrypt(password: Buffer, setting: string): Promise<boolean> {
  if (/^\$2[aby]\$/.test(setting)) return verifyBcrypt(password, setting);
  const computed = await crypt(password, setting);
  return computed !== null && sameSecret(computed, setting);
}

/** As crypt(3): the setting is a whole hash, of which the salt and the costs are taken. Null where it is none. */
async function crypt(password: Buffer, setting: string): Promise<string | null> {
  const [magic = ''] = /^\$[^$]*\$/.exec(setting) ?? [];
  switch (magic) {
    case '$apr1$':
    case '$1$':
      return md5Crypt(password, magic, md5Salt(setting, magic));
    case '$1+ntlm$': {
      const computed = md5Crypt(Buffer.from(await ntHash(password)), '$1$', md5Salt(setting, magic));
      return computed.replace('$1$', magic);
    }
    case '$3$':
      return `$3$$${await ntHash(password)}`;
    case '$5$':
    case '$6$':
      return shaCrypt(password, setting);
    case '$7$':
      return scryptCrypt(password, setting);
    case '$sha1$':
      return sha1Crypt(password, setting);
    case '$y$':
      return yescrypt(password, setting);
    default:
      return setting.startsWith('$') ? null : desCrypt(password, setting);
  }
}

function md5Salt(setting: string, magic: string): string {
  return /^[^$]{0,8}/.exec(setting.slice(magic.length))![0];
}

/** bcrypt looks at 72 bytes and treats the end of the text as a zero byte, so that an empty password is one. */
async function verifyBcrypt(password: Buffer, setting: string): Promise<boolean> {
  const key = password.length === 0 ? Buffer.alloc(1) : password.subarray(0, 72);
  try {
    return await bcryptVerify({ password: key, hash: setting });
  } catch {
    return false;
  }
}

/** The NT hash, in hexadecimal: MD4 over 16-bit characters. */
function ntHash(password: Buffer): Promise<string> {
  return md4(Buffer.from(password.toString('latin1'), 'utf16le'));
}

/** `$7$` of libxcrypt: scrypt with one digit for log2 N and five each for r and p. */
function scryptCrypt(password: Buffer, setting: string): string | null {
  const [, cost, rDigits, pDigits, salt] = /^\$7\$(.)(.{5})(.{5})([^$]*)/.exec(setting) ?? [];
  if (cost === undefined) return null;
  const number = (digits: string): number =>
    Array.from(digits, crypt64Value).reduce((sum, value, i) => sum + value * 64 ** i, 0);
  const N = 2 ** crypt64Value(cost);
  const options = { N, r: number(rDigits), p: number(pDigits), maxmem: 2 ** 30 };
  try {
    const key = scryptSync(password, Buffer.from(salt, 'latin1'), 32, options);
    return `$7$${cost}${rDigits}${pDigits}${salt}$${encodeCrypt64(key)}`;
  } catch {
    return null;
  }
}

const sha1Order = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [9, 10, 11],
  [12, 13, 14],
  [15, 16, 17],
  [18, 19, 0],
];

/** `$sha1$ROUNDS$SALT$HASH` of NetBSD. */
function sha1Crypt(password: Buffer, setting: string): string | null {
  const [, roundsText, salt] = /^\$sha1\$(\d{1,8})\$([./0-9A-Za-z]{1,64})/.exec(setting) ?? [];
  if (roundsText === undefined) return null;
  const rounds = Number(roundsText);
  let digest = Buffer.from(`${salt}$sha1$${rounds}`, 'latin1');
  for (let i = 0; i < Math.max(rounds, 1); i++) digest = createHmac('sha1', password).update(digest).digest();
  return `$sha1$${roundsText}$${salt}$${encodePermuted(digest, sha1Order)}`;
}
