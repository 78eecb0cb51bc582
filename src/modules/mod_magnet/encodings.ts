import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { decodeBase64Loosely } from '../../base/base64.js';
import { escapeDefault, escapeJson } from '../../base/escape-bytes.js';
import { decodePath, simplifyPath } from '../../http/decode-path.js';
import { encodeMinimalXml, encodeUri } from '../../http/encode.js';
import { normalizeTarget } from '../../http/normalize-target.js';
import { ParseOption } from '../../http/parse-options.js';

/** Makes a text of a text; null where it is not what it should be. All text is latin1, one character a byte. */
export type Recode = (text: string) => string | null;

const algorithms = new Set(['md5', 'sha1', 'sha256', 'sha512']);
/** Bytes of the longest digest. */
const digestMax = 64;

/** In upper-case hexadecimal; null for an unknown algorithm. */
export function digest(algorithm: string, data: string): string | null {
  if (!algorithms.has(algorithm)) return null;
  return createHash(algorithm).update(data, 'latin1').digest('hex').toUpperCase();
}

/** The same for an HMAC. */
export function keyedDigest(algorithm: string, secret: string, data: string): string | null {
  if (!algorithms.has(algorithm)) return null;
  const hmac = createHmac(algorithm, Buffer.from(secret, 'latin1'));
  return hmac.update(data, 'latin1').digest('hex').toUpperCase();
}

/** Are two digests in hexadecimal the same? In constant time; false for what is no digest. */
export function isSameDigest(a: string, b: string): boolean {
  const [left, right] = [decodeHex(a), decodeHex(b)];
  if (left === null || right === null || left.length !== right.length || left.length > digestMax)
    return false;
  return timingSafeEqual(Buffer.from(left, 'latin1'), Buffer.from(right, 'latin1'));
}

export function decodeHex(text: string): string | null {
  return /^(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex').toString('latin1') : null;
}

function encodeHex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex').toUpperCase();
}

function decodeBase64(text: string): string | null {
  return decodeBase64Loosely(text).toString('latin1') || null;
}

function decodeBase64Url(text: string): string | null {
  if (/[+/]/.test(text)) return decodeBase64(text.slice(0, text.search(/[+/]/)));
  return decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
}

function encodeBase64(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64').replace(/=+$/, '');
}

/** Takes the quotes off a quoted-string (RFC 9110, 5.6.4); other text stays as it is. */
function decodeQuoted(text: string): string | null {
  if (!text.startsWith('"')) return text;
  const content = /^"((?:[^"\\]|\\.(?=.))*)"$/s.exec(text)?.[1];
  return content === undefined ? null : content.replace(/\\(.)/gs, '$1');
}

function encodeQuoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** In 1.4.86, and so here, `\t` gives a `t`. */
const controls: Readonly<Record<string, string>> = { a: '\x07', b: '\b', n: '\n', v: '\v', f: '\f', r: '\r' };
const backslashEscape = /\\(?:x([0-9A-Fa-f]{2})|u((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})|([0-3][0-7]{2})|(.)|$)/gs;

/** Undoes backslash escapes; quotes around the text are no part of it. */
function decodeBackslashes(text: string): string {
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  const inner = isQuoted ? text.slice(1, -1) : text;
  return inner.replace(
    backslashEscape,
    (_, hex?: string, unicode?: string, octal?: string, letter?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (unicode !== undefined) return utf8Of(Number.parseInt(unicode, 16));
      if (letter === '0') return '\0';
      return letter === undefined ? '\\' : (controls[letter] ?? letter);
    },
  );
}

function utf8Of(code: number): string {
  return Buffer.from(String.fromCharCode(code), 'utf8').toString('latin1');
}

const normalized =
  ParseOption.urlNormalize |
  ParseOption.urlNormalizeUnreserved |
  ParseOption.urlNormalizeRequired |
  ParseOption.urlNormalizePath2fDecode |
  ParseOption.urlNormalizePathDotsegRemove |
  ParseOption.urlNormalizeQuery20Plus;

/** `lighty.c`: those that take one text. Nil and nothing become nothing. */
export const recodings: Readonly<Record<string, Recode>> = {
  b64urldec: decodeBase64Url,
  b64urlenc: (text) => Buffer.from(text, 'latin1').toString('base64url'),
  b64dec: decodeBase64,
  b64enc: encodeBase64,
  hexenc: encodeHex,
  xmlenc: encodeMinimalXml,
  urldec: decodePath,
  urlenc: encodeUri,
  urlenc_normalize: (text) => normalizeTarget(text, normalized) ?? text,
  fspath_simplify: simplifyPath,
  quotedenc: encodeQuoted,
  bsdec: decodeBackslashes,
  // 1.4.86 has the two the other way round
  bsenc: escapeJson,
  bsenc_json: escapeDefault,
};

/** Those that give no value at all, and not nil, for what is not right. */
export const strictRecodings: Readonly<Record<string, Recode>> = {
  hexdec: decodeHex,
  quoteddec: decodeQuoted,
};

/** One part of a query, with `+` for a blank. */
export function decodeQueryPart(text: string): string {
  return decodePath(text.replaceAll('+', ' '));
}

/** Escapes only what has a meaning there: `=` only in a key. */
export function encodeQueryPart(text: string, isKey: boolean): string {
  return text.replace(/[^A-Za-z0-9!$()*,\-./:?@_~]/g, (byte) => {
    if (byte === ' ') return '+';
    if (byte === '=' && !isKey) return byte;
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
