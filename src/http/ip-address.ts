/** An address as bytes: 4 for IPv4, 16 for IPv6; empty for a unix socket. */
export interface IpAddress {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Of clients without an address, as on a unix socket. */
export const noAddress: IpAddress = { text: '', bytes: new Uint8Array(0) };

/** Reads `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`; null where it is neither. */
export function parseIpAddress(text: string): IpAddress | null {
  if (text === '') return noAddress;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const bytes = bare.includes(':') ? parseIpv6(bare) : parseIpv4(bare);
  return bytes === null ? null : { text, bytes };
}

/** Four decimal numbers without leading zeros. */
export function parseIpv4(text: string): Uint8Array | null {
  const bytes = new Uint8Array(4);
  let at = 0;
  for (let i = 0; i < 4; i++) {
    const start = at;
    let number = 0;
    for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(++at))
      number = number * 10 + code - 48;
    const hasLeadingZero = at - start > 1 && text.charCodeAt(start) === 48;
    if (at === start || at - start > 3 || hasLeadingZero || number > 255) return null;
    bytes[i] = number;
    if (i < 3 && text.charCodeAt(at++) !== 46) return null;
  }
  return at === text.length ? bytes : null;
}

/** An address without brackets and zone, as inet_pton reads it. */
export function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = ipv6Words(halves[0], halves.length === 1);
  const tail = halves.length === 2 ? ipv6Words(halves[1], true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const words = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 8; i++) {
    bytes[2 * i] = words[i] >> 8;
    bytes[2 * i + 1] = words[i] & 255;
  }
  return bytes;
}

/** IPv4 form is understood where `atEnd` says that the text's last part ends the address. */
function ipv6Words(text: string, atEnd: boolean): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const words: number[] = [];
  for (let i = 0; i < parts.length; i++) {
    if (atEnd && i === parts.length - 1 && parts[i].includes('.')) {
      const v4 = parseIpv4(parts[i]);
      if (v4 === null) return null;
      words.push((v4[0] << 8) | v4[1], (v4[2] << 8) | v4[3]);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(parts[i])) return null;
      words.push(Number.parseInt(parts[i], 16));
    }
  }
  return words;
}

/**
 * The shortest text of an IPv6 address as inet_ntop writes it (RFC 5952): lower case, the first of the longest runs
 * of zeros as `::`, and IPv4 form where only the last 32 bits are set or ::ffff stands before them.
 */
export function formatIpv6(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] << 8) | bytes[2 * i + 1]);
  const gap = longestZeroRun(words);
  const isV4 = gap.start === 0 && (gap.length === 6 || (gap.length === 5 && words[5] === 0xffff));
  const parts = words.slice(0, isV4 ? 6 : 8).map((word) => word.toString(16));
  if (isV4) parts.push(bytes.slice(12).join('.'));
  if (gap.length < 2) return parts.join(':');
  return `${parts.slice(0, gap.start).join(':')}::${parts.slice(gap.start + gap.length).join(':')}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  const longest = { start: -1, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > longest.length) Object.assign(longest, { start, length });
  }
  return longest;
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && mappedPrefix.every((byte, i) => bytes[i] === byte);
}

/** Are the first `bits` bits of both addresses equal? An IPv4 address also compares with a v4-mapped one. */
export function matchesPrefix(network: Uint8Array, address: Uint8Array, bits: number): boolean {
  if (network.length === address.length)
    return equalBits(network, 0, address, 0, Math.min(bits, network.length * 8));
  if (network.length === 4 && isMapped(address))
    return equalBits(network, 0, address, 12, Math.min(bits, 32));
  if (address.length === 4 && isMapped(network))
    return equalBits(network, 12, address, 0, Math.max(0, bits - 96));
  return false;
}

function equalBits(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return (a[aStart + whole] & mask) === (b[bStart + whole] & mask);
}

export function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.length > 0 && equalBits(a, 0, b, 0, a.length * 8);
}
