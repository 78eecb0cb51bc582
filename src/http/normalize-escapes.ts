/** Escapes in upper case, and bytes beyond ASCII escaped, as they are in a normalised target; also in patterns. */
export function normalizeEscapes(text: string): string {
  return escapeHighBytes(text.replace(/%[0-9a-f]{2}/gi, upperCase), '%');
}

/** The same for the target of a rule, where `%%` stands for a percent sign. */
export function normalizeDoubledEscapes(text: string): string {
  return escapeHighBytes(text.replace(/%%[0-9a-f]{2}/gi, upperCase), '%%');
}

function escapeHighBytes(text: string, sign: string): string {
  return text.replace(/[\x80-\xff]/g, (byte) => sign + byte.charCodeAt(0).toString(16).toUpperCase());
}

function upperCase(text: string): string {
  return text.toUpperCase();
}
