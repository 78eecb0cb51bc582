import { byteSet, hexByteAt, percentEscapes, unreserved } from './url-bytes.js';

/** Bytes that lighttpd leaves alone in a relative URL that it writes: `! ( ) * - . _ ~` and alphanumerics. */
const plainInUriPart = byteSet('!()*', (byte) => unreserved[byte] === 1);
const plainInUri = byteSet('/', (byte) => plainInUriPart[byte] === 1);
const plainInMinimalXml = byteSet(
  '',
  (byte) => byte >= 32 && byte !== 127 && !'"&\'<>`'.includes(String.fromCharCode(byte)),
);
const plainInHtml = byteSet('', (byte) => byte < 128 && plainInMinimalXml[byte] === 1);
const unreservedOrSlash = byteSet('/', (byte) => unreserved[byte] === 1);

const characterReferences: readonly string[] = percentEscapes.map((code) => `&#x${code.slice(1)};`);

/** A path for a `Location` header or a link (ENCODING_REL_URI): slashes stay. */
export function encodeUri(path: string): string {
  return escapeBytes(path, plainInUri, percentEscapes);
}

/** One segment of such a path (ENCODING_REL_URI_PART): slashes are escaped too. */
export function encodeUriPart(segment: string): string {
  return escapeBytes(segment, plainInUriPart, percentEscapes);
}

/** Text for an HTML page, any charset (ENCODING_HTML): 8-bit bytes are escaped as well. */
export function encodeHtml(text: string): string {
  return escapeBytes(text, plainInHtml, characterReferences);
}

/** Text for XML, or HTML in the charset of the text (ENCODING_MINIMAL_XML). */
export function encodeMinimalXml(text: string): string {
  return escapeBytes(text, plainInMinimalXml, characterReferences);
}

/** How `url.redirect` and `url.rewrite` write a captured value into their result (lighttpd's BURL_* flags). */
export interface Recoding {
  /**
   * `esc`: all but unreserved bytes. `escnde`: the same, but escapes that are there stay (no double encoding).
   * `escpsnde`: like that, and slashes stay. `encb64u`, `decb64u`: base64url without padding.
   */
  readonly encoding: 'none' | 'esc' | 'escnde' | 'escpsnde' | 'encb64u' | 'decb64u';
  /** Applied afterwards, escapes left out. */
  readonly letterCase: 'asis' | 'lower' | 'upper';
}

/** lighttpd's burl_append for one value. */
export function recode(text: string, { encoding, letterCase }: Recoding): string {
  const encoded = recodeBytes(text, encoding);
  return letterCase === 'asis' ? encoded : changeCase(encoded, letterCase === 'upper');
}

function recodeBytes(text: string, encoding: Recoding['encoding']): string {
  switch (encoding) {
    case 'none':
      return text;
    case 'esc':
      return escapeBytes(text, unreserved, percentEscapes);
    case 'escnde':
      return escapeUnlessEscaped(text, unreserved);
    case 'escpsnde':
      return escapeUnlessEscaped(text, unreservedOrSlash);
    case 'encb64u':
      return Buffer.from(text, 'latin1').toString('base64url');
    case 'decb64u':
      return decodeBase64Url(text);
  }
}

function escapeBytes(text: string, plain: Uint8Array, escapes: readonly string[]): string {
  let result = '';
  let copiedTo = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (plain[code] === 1) continue;
    result += text.slice(copiedTo, i) + escapes[code];
    copiedTo = i + 1;
  }
  return copiedTo === 0 ? text : result + text.slice(copiedTo);
}

function escapeUnlessEscaped(text: string, plain: Uint8Array): string {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const escaped = code === 37 ? hexByteAt(text, i + 1) : -1;
    if (escaped >= 0) {
      result += unreserved[escaped] === 1 ? String.fromCharCode(escaped) : text.slice(i, i + 3);
      i += 2;
    } else result += plain[code] === 1 ? text[i] : percentEscapes[code];
  }
  return result;
}

function changeCase(text: string, upper: boolean): string {
  return text.replace(/%[0-9a-fA-F]{2}|[a-z]+|[A-Z]+/g, (part) => {
    if (part.startsWith('%')) return part;
    return upper ? part.toUpperCase() : part.toLowerCase();
  });
}

/** Skips blanks and controls, stops at the first other foreign byte; nothing where a lone digit is left over. */
function decodeBase64Url(text: string): string {
  const digits = /^[\w-]*/.exec(text.replace(/[\x01-\x20]+/g, ''))![0];
  const isCut = digits.length % 4 === 1 || text.includes('\0');
  return isCut ? '' : Buffer.from(digits, 'base64url').toString('latin1');
}
