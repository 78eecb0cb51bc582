/** The base 64 of crypt(3): its own alphabet, least significant bits first. */
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** -1 for a character outside of the alphabet. */
export function crypt64Value(character: string): number {
  return character === '' ? -1 : alphabet.indexOf(character);
}

/** `count` digits of a number below 2^24. */
export function crypt64Digits(value: number, count: number): string {
  let out = '';
  for (let i = 0; i < count; i++) out += alphabet[(value >>> (6 * i)) & 63];
  return out;
}

/** Three bytes at a time; the last one or two take two or three digits. */
export function encodeCrypt64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = bytes.subarray(i, i + 3);
    out += crypt64Digits(group[0] | ((group[1] ?? 0) << 8) | ((group[2] ?? 0) << 16), group.length + 1);
  }
  return out;
}

/** Null where the text is no such encoding. */
export function decodeCrypt64(text: string): Buffer | null {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 4) {
    const group = text.slice(i, i + 4);
    const digits = Array.from(group, crypt64Value);
    if (digits.length < 2 || digits.includes(-1)) return null;
    const value = digits.reduce((sum, digit, position) => sum | (digit << (6 * position)), 0);
    const length = digits.length - 1;
    if (value >>> (8 * length) !== 0) return null;
    for (let j = 0; j < length; j++) bytes.push((value >>> (8 * j)) & 255);
  }
  return Buffer.from(bytes);
}

/** Picks bytes of a digest by index, most significant first, and writes each three as four digits. */
export function encodePermuted(digest: Uint8Array, order: readonly (readonly number[])[]): string {
  let out = '';
  for (const indexes of order) {
    const value = indexes.reduce((sum, index) => (sum << 8) | digest[index], 0);
    out += crypt64Digits(value, indexes.length + 1);
  }
  return out;
}
