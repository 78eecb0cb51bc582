import { crypt64Digits, crypt64Value } from './crypt64.js';

/** The tables of FIPS 46-3, bits numbered from 1. */
const initialPermutation = [
  58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40,
  32, 24, 16, 8, 57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5,
  63, 55, 47, 39, 31, 23, 15, 7,
];
const finalPermutation = Array.from({ length: 64 }, (_, i) => initialPermutation.indexOf(i + 1) + 1);
const expansion = Array.from({ length: 48 }, (_, i) => ((4 * Math.trunc(i / 6) + (i % 6) + 31) % 32) + 1);
const roundPermutation = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
];
const keyPermutation = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
const roundKeyPermutation = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47,
  55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const keyShifts = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
/** Four rows of sixteen hexadecimal digits each. */
const substitutions = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
].map((rows) => Array.from(rows, (digit) => Number.parseInt(digit, 16)));

/** One bit an element. */
type Bits = Uint8Array;

/** DES crypt of Unix (`SSHASH`, 13 characters) and of BSDi (`_CCCCSSSSHASH`). Null where the setting is wrong. */
export function desCrypt(password: Buffer, setting: string): string | null {
  const isExtended = setting.startsWith('_');
  const count = isExtended ? crypt64Number(setting.slice(1, 5), 4) : 25;
  const salt = isExtended ? crypt64Number(setting.slice(5, 9), 4) : crypt64Number(setting.slice(0, 2), 2);
  if (count <= 0 || salt < 0) return null;
  const saltedExpansion = expansion.slice();
  for (let i = 0; i < 24; i++)
    if ((salt >>> i) & 1) [saltedExpansion[i], saltedExpansion[i + 24]] = [expansion[i + 24], expansion[i]];
  const keys = roundKeys(isExtended ? foldedKey(password) : keyBits(password, 0));
  const block = encipher(new Uint8Array(64), keys, saltedExpansion, count);
  return setting.slice(0, isExtended ? 9 : 2) + digits(block);
}

/** -1 where a digit is missing or none. */
function crypt64Number(text: string, length: number): number {
  const values = Array.from(text, crypt64Value);
  if (values.length < length || values.includes(-1)) return -1;
  return values.reduce((sum, value, i) => sum | (value << (6 * i)), 0);
}

function digits(block: Bits): string {
  let out = '';
  for (let i = 0; i < 66; i += 6) {
    let value = 0;
    for (let j = i; j < i + 6; j++) value = (value << 1) | (block[j] ?? 0);
    out += crypt64Digits(value, 1);
  }
  return out;
}

/** Eight characters, seven bits of each. */
function keyBits(password: Buffer, start: number): Bits {
  const bits = new Uint8Array(64);
  for (let i = 0; i < 8; i++)
    for (let j = 0; j < 7; j++) bits[8 * i + j] = ((password[start + i] ?? 0) >>> (6 - j)) & 1;
  return bits;
}

/** BSDi takes long passwords: the key so far enciphers itself, and the next eight characters are mixed in. */
function foldedKey(password: Buffer): Bits {
  let key = keyBits(password, 0);
  for (let start = 8; start < password.length; start += 8) {
    const more = keyBits(password, start);
    key = encipher(key, roundKeys(key), expansion, 1).map((bit, i) => bit ^ more[i]);
  }
  return key;
}

function permuted(bits: Bits, table: readonly number[]): Bits {
  const out = new Uint8Array(table.length);
  for (let i = 0; i < table.length; i++) out[i] = bits[table[i] - 1];
  return out;
}

function roundKeys(key: Bits): Bits[] {
  const halves = permuted(key, keyPermutation);
  let shift = 0;
  return keyShifts.map((step) => {
    shift += step;
    const rotated = new Uint8Array(56);
    for (let i = 0; i < 28; i++) {
      rotated[i] = halves[(i + shift) % 28];
      rotated[i + 28] = halves[((i + shift) % 28) + 28];
    }
    return permuted(rotated, roundKeyPermutation);
  });
}

function encipher(block: Bits, keys: readonly Bits[], expand: readonly number[], count: number): Bits {
  const start = permuted(block, initialPermutation);
  let left: Bits = start.slice(0, 32);
  let right: Bits = start.slice(32);
  for (let i = 0; i < count; i++) {
    for (const key of keys) {
      const mixed = substituted(right, key, expand);
      for (let j = 0; j < 32; j++) mixed[j] ^= left[j];
      left = right;
      right = mixed;
    }
    [left, right] = [right, left];
  }
  const end = new Uint8Array(64);
  end.set(left);
  end.set(right, 32);
  return permuted(end, finalPermutation);
}

function substituted(half: Bits, key: Bits, expand: readonly number[]): Bits {
  const out = new Uint8Array(32);
  for (let box = 0; box < 8; box++) {
    let index = 0;
    for (let i = 6 * box; i < 6 * box + 6; i++) index = (index << 1) | (half[expand[i] - 1] ^ key[i]);
    const row = ((index >>> 4) & 2) | (index & 1);
    const value = substitutions[box][16 * row + ((index >>> 1) & 15)];
    for (let i = 0; i < 4; i++) out[4 * box + i] = (value >>> (3 - i)) & 1;
  }
  return permuted(out, roundPermutation);
}
