/**
 * The value of a Content-Length field: digits alone, at most 2^63 - 1 (above 2^53 the number is rounded). -1 where it
 * is anything else: answer 400.
 */
export function parseContentLength(text: string): number {
  if (text.length === 0) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  return value > 2 ** 64 || BigInt(text) > 0x7fff_ffff_ffff_ffffn ? -1 : Number(text);
}
