import { formatIpv6, parseIpv6 } from './ip-address.js';
import { ParseOption } from './parse-options.js';

/** Longer hosts are refused, in a Host header and in a target alike. */
const hostLengthLimit = 1024;
/** An IPv6 address with its zone. */
const addressLengthMax = 61;

/**
 * The host that a request asks for, in one spelling (http_request_host_policy): lower case; then, as `options` (bits
 * of ParseOption) say, checked strictly and normalised. `schemePort` is the port to leave out, 80 or 443. Null where
 * it is refused: answer 400.
 */
export function checkHost(host: string, options: number, schemePort: number): string | null {
  if (host.length >= hostLengthLimit) return null;
  if (isPlainName(host)) return host;
  const lower = toLowerAscii(host);
  const isStrict = (options & ParseOption.hostStrict) !== 0;
  const checked = isStrict ? checkStrictly(lower) : hasLineBreak(lower) ? null : lower;
  if (checked === null || (options & ParseOption.hostNormalize) === 0) return checked;
  return normalizeHost(checked, schemePort);
}

/**
 * One spelling for a host that may be any text (http_request_host_normalize): IPv6 addresses shortened, the port in
 * decimal, left out where it is empty or `schemePort` (0: never). Null where an address or port cannot be one.
 */
export function normalizeHost(host: string, schemePort: number): string | null {
  if (host.startsWith('[')) return normalizeIpv6Host(host, schemePort);
  const colon = host.indexOf(':');
  if (colon === 0) return null;
  return colon < 0 ? host : withPort(host.slice(0, colon), host.slice(colon + 1), schemePort);
}

/** A lower-case name of letters, digits and inner dashes that needs no more checks; most hosts are. */
function isPlainName(host: string): boolean {
  let previous = 46;
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i);
    if (code === 46 || code === 45) {
      if (previous === 46) return false;
    } else if (!isLowerAlpha(code) && !isDigit(code)) return false;
    previous = code;
  }
  return isLowerAlpha(previous);
}

/** The name or address without a dot at its end, the port's colon dropped where no digit follows; null: refused. */
function checkStrictly(host: string): string | null {
  const end = host.startsWith('[') ? ipv6End(host) : nameEnd(host);
  const name = host.slice(0, end);
  const address = name.endsWith('.') ? name.slice(0, -1) : name;
  if (end < 0 || !(address.startsWith('[') || isHostName(address))) return null;
  if (end === host.length) return address;
  if (host[end] !== ':') return null;
  for (let i = end + 1; i < host.length; i++) if (!isDigit(host.charCodeAt(i))) return null;
  return end + 1 === host.length ? address : address + host.slice(end);
}

function nameEnd(host: string): number {
  const colon = host.indexOf(':');
  return colon < 0 ? host.length : colon;
}

/** Behind the `]`; -1 where anything but hex digits, dots and up to seven colons stands before it. */
function ipv6End(host: string): number {
  let colons = 0;
  let at = 1;
  for (; at < host.length; at++) {
    const code = host.charCodeAt(at);
    if (code === 58 && ++colons < 8) continue;
    if (!isDigit(code) && !(code >= 97 && code <= 102) && code !== 46) break;
  }
  return at > 1 && host[at] === ']' ? at + 1 : -1;
}

/** Labels of letters, digits and dashes; if the last label is a number, there must be four and all numbers. */
function isHostName(name: string): boolean {
  let labels = 0;
  let numbers = 0;
  let labelStart = 0;
  let isNumber = true;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 46) {
      if (i === labelStart) return false;
      labels++;
      if (isNumber) numbers++;
      isNumber = true;
      labelStart = i + 1;
    } else if (isLowerAlpha(code) || (code === 45 && i !== labelStart)) isNumber = false;
    else if (!isDigit(code)) return false;
  }
  return labelStart < name.length && (!isNumber || (labels === 3 && numbers === 3));
}

function normalizeIpv6Host(host: string, schemePort: number): string | null {
  const bracket = host.endsWith(']') ? host.length - 1 : host.indexOf(']');
  if (bracket < 2) return null;
  const after = host.slice(bracket + 1);
  if (after !== '' && !after.startsWith(':')) return null;
  const percent = host.indexOf('%');
  if (percent > bracket) return null;
  const zone = percent < 0 ? '' : host.slice(percent, bracket);
  const bytes = parseIpv6(host.slice(1, bracket - zone.length));
  const address = bytes === null ? '' : formatIpv6(bytes) + zone;
  if (bytes === null || address.length > addressLengthMax) return null;
  return withPort(`[${address}]`, after.slice(1), schemePort);
}

/** Null where the port is none; an empty one is dropped. */
function withPort(host: string, port: string, schemePort: number): string | null {
  if (port === '') return host;
  const value = readPort(port);
  if (value < 1 || value > 65535) return null;
  return value === schemePort ? host : `${host}:${value}`;
}

/** Reads as C's strtol with base 0: blanks and a sign may lead, 0 makes it octal, 0x hexadecimal. 0 if it is none. */
function readPort(text: string): number {
  const value = plainDecimal(text);
  if (value > 0) return value;
  const parts = /^[ \t\n\v\f\r]*\+?(?:0x([0-9a-f]+)|0([0-7]*)|([1-9]\d*))$/i.exec(text);
  if (parts === null) return 0;
  const [, hex, octal, decimal] = parts;
  if (hex !== undefined) return Number.parseInt(hex, 16);
  return decimal !== undefined ? Number(decimal) : Number.parseInt(octal || '0', 8);
}

/** 0 where the text is not digits alone without a leading zero. */
function plainDecimal(text: string): number {
  if (text.charCodeAt(0) === 48) return 0;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return 0;
    value = value * 10 + code - 48;
  }
  return value;
}

function hasLineBreak(text: string): boolean {
  return text.includes('\n') || text.includes('\r') || text.includes('\0');
}

/** Not String.toLowerCase, which would change 8-bit bytes too. */
function toLowerAscii(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 65 && code <= 90) return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  return text;
}

function isLowerAlpha(code: number): boolean {
  return code >= 97 && code <= 122;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The host of an authority: `example.org` of `example.org:80`, `[::1]` of `[::1]:80`. */
export function hostWithoutPort(authority: string): string {
  if (authority.startsWith('[')) {
    const bracket = authority.indexOf(']:');
    return bracket < 0 ? authority : authority.slice(0, bracket + 1);
  }
  const colon = authority.indexOf(':');
  return colon < 0 ? authority : authority.slice(0, colon);
}
