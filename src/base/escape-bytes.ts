/** Makes a client's bytes fit to stand between double quotes in a log line. */
export type Escape = (text: string) => string;

const letters: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

function hexByte(byte: string): string {
  return byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

/** The default: everything but printable ASCII as `\xE9` (lighttpd's buffer_append_bs_escaped). */
export function escapeDefault(text: string): string {
  if (!/[^ !#-[\]-~]/.test(text)) return text;
  return text.replace(/["\\]|[^ -~]/g, (byte) => letters[byte] ?? `\\x${hexByte(byte)}`);
}

/**
 * As `accesslog.escaping = "json"` wants it: control bytes as `\u001B`, those from 80 to 9F hexadecimal too, which are no
 * control characters where they are part of UTF-8 (lighttpd's buffer_append_bs_escaped_json). `\a` and `\v` are not JSON.
 */
export function escapeJson(text: string): string {
  if (!/["\\\x00-\x1f\x7f-\x9f]/.test(text)) return text;
  return text.replace(/["\\\x00-\x1f\x7f-\x9f]/g, (byte) => letters[byte] ?? `\\u00${hexByte(byte)}`);
}

/** A JSON string of the text behind the bytes, as bytes. */
export function jsonString(text: string): string {
  if (!/[^ !#-[\]-~]/.test(text)) return `"${text}"`;
  const json = JSON.stringify(Buffer.from(text, 'latin1').toString('utf8'));
  return Buffer.from(json, 'utf8').toString('latin1');
}
