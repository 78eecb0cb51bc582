/** Lower case of ASCII letters alone: `toLowerCase` would also change latin1 letters, which are bytes of UTF-8 here. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}
