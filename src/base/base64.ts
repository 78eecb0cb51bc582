/**
 * Decodes as lighttpd does (`li_base64_dec`): blanks and control characters are passed over; padding, or any
 * character outside of the alphabet, ends the text. Empty where what is left cannot be base64.
 */
export function decodeBase64Loosely(encoded: string): Buffer {
  const digits = /^[A-Za-z0-9+/]*/.exec(encoded.replace(/[\x01-\x20]+/g, ''))![0];
  return Buffer.from(digits.length % 4 === 1 ? '' : digits, 'base64');
}
