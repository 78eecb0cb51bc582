import { byteSet } from './url-bytes.js';

/**
 * Which bytes a header field may hold, with `header-strict` (the default) and without (lighttpd's
 * http_request_field_check_name and -_value): 1 for a legal byte.
 */
const nameSeparators = byteSet(' \t\r\n()<>@,:;\\"/[]?={}');
export const strictNameBytes = byteSet('', (byte) => byte >= 32 && byte < 127 && nameSeparators[byte] === 0);
export const laxNameBytes = byteSet('', (byte) => byte !== 0 && nameSeparators[byte] === 0);
export const strictValueBytes = byteSet('\t', (byte) => byte >= 32 && byte !== 127);
export const laxValueBytes = byteSet('', (byte) => byte !== 0 && byte !== 10 && byte !== 13);

export function isFieldName(name: string, strict: boolean): boolean {
  return name.length > 0 && consistsOf(name, strict ? strictNameBytes : laxNameBytes);
}

export function isFieldValue(value: string, strict: boolean): boolean {
  return consistsOf(value, strict ? strictValueBytes : laxValueBytes);
}

/** Without the blanks around it, which are no part of a value (RFC 9110, 5.5). */
export function trimBlanks(value: string): string {
  const isTidy = !isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(value.length - 1));
  return isTidy ? value : value.replace(/^[ \t]+|[ \t]+$/g, '');
}

export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function consistsOf(text: string, bytes: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[text.charCodeAt(i)] !== 1) return false;
  return true;
}
