/** Byte tables and hex digits that URL reading and writing share. All text is latin1, one character a byte. */

/** A table of 256 flags, 1 for the bytes of `text` and for every byte that `also` accepts. */
export function byteSet(text: string, also: (byte: number) => boolean = () => false): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) table[byte] = also(byte) ? 1 : 0;
  for (let i = 0; i < text.length; i++) table[text.charCodeAt(i)] = 1;
  return table;
}

const alphanumerics = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** RFC 3986, 2.3: what never needs an escape, and loses it when normalised. */
export const unreserved = byteSet(`${alphanumerics}-._~`);

/** What may stand in a normalised target as it is: unreserved bytes and most reserved ones. */
export const plainInTarget = byteSet(`${alphanumerics}-._~!$&'()*+,/:;=?@`);

/** The value of a hex digit; -1 for any other byte, and for the NaN of a place behind the end. */
export function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code & 0xdf;
  return letter >= 65 && letter <= 70 ? letter - 55 : -1;
}

/** The byte that the two hex digits at `at` stand for; -1 where they are not two hex digits. */
export function hexByteAt(text: string, at: number): number {
  const high = hexValue(text.charCodeAt(at));
  const low = hexValue(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : (high << 4) | low;
}

/** `%XX` for each byte, upper case. */
export const percentEscapes: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
);
