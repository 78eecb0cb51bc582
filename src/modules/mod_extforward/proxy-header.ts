import { formatIpv6, type IpAddress, parseIpv4, parseIpv6 } from '../../http/ip-address.js';

/** What a PROXY header says of the connection; null fields keep what the socket says. */
export interface ProxyHeader {
  /** Bytes of the header. */
  readonly length: number;
  readonly client: { readonly address: IpAddress; readonly port: number } | null;
  /** Did the client reach the proxy by TLS? */
  readonly isTls: boolean;
  /** Did it show a certificate that the proxy has verified? */
  readonly isVerified: boolean;
  /** Variables for programs, by name. */
  readonly env: ReadonlyMap<string, string>;
}

/** lighttpd reads no more, so a header must fit. */
const lengthMax = 256;
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/**
 * Reads the header of HAProxy's PROXY protocol, version 1 or 2, from the first bytes of a connection. Null where there
 * is none, or not all of it: as lighttpd does, it expects the header in one piece.
 */
export function readProxyHeader(received: Buffer): ProxyHeader | null {
  const bytes = received.subarray(0, lengthMax);
  if (bytes.length >= 16 && bytes.subarray(0, 12).equals(signature)) return readVersion2(bytes);
  return bytes.length >= 8 ? readVersion1(bytes.toString('latin1')) : null;
}

function readVersion1(text: string): ProxyHeader | null {
  const line = /^PROXY ([^\r]*)\r\n/.exec(text);
  if (line === null) return null;
  const [, rest] = line;
  if (/^UNKNOWN(?: |$)/.test(rest)) return plainHeader(line[0].length, null);
  const [family, source, , sourcePort, ...destination] = rest.split(' ');
  const port = readPort(sourcePort);
  const bytes =
    family === 'TCP4' ? parseIpv4(source ?? '') : family === 'TCP6' ? parseIpv6(source ?? '') : null;
  if (bytes === null || port === 0 || destination.length !== 1 || readPort(destination[0]) === 0) return null;
  return plainHeader(line[0].length, { address: addressOf(bytes), port: port & 0xffff });
}

function plainHeader(length: number, client: ProxyHeader['client']): ProxyHeader {
  return { length, client, isTls: false, isVerified: false, env: new Map() };
}

/** 0 where it is no port. */
function readPort(text: string | undefined): number {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 0;
}

function addressOf(bytes: Uint8Array): IpAddress {
  return { text: bytes.length === 4 ? bytes.join('.') : formatIpv6(bytes), bytes };
}

/** Bytes of both addresses and ports, by family and transport. */
const addressBlockLength: Readonly<Record<number, number>> = { 17: 12, 33: 36, 49: 216 };

function readVersion2(bytes: Buffer): ProxyHeader | null {
  const version = bytes[12] >> 4;
  const command = bytes[12] & 15;
  const length = 16 + bytes.readUInt16BE(14);
  if (version !== 2 || command > 1 || length > bytes.length) return null;
  const family = bytes[13];
  const blockLength = addressBlockLength[family];
  // LOCAL is the proxy's own connection, and other families and transports say nothing of use
  if (command === 0 || blockLength === undefined) return plainHeader(length, null);
  const block = bytes.subarray(16, length);
  if (block.length < blockLength) return null;
  const client = family === 0x31 ? unixClient(block) : ipClient(block, family === 0x11 ? 4 : 16);
  return client === null ? null : { ...readFields(block.subarray(blockLength)), length, client };
}

function ipClient(block: Buffer, addressLength: number): ProxyHeader['client'] {
  const address = addressOf(new Uint8Array(block.subarray(0, addressLength)));
  return { address, port: block.readUInt16BE(2 * addressLength) };
}

function unixClient(block: Buffer): ProxyHeader['client'] {
  const end = block.subarray(0, 108).indexOf(0);
  if (end < 0) return null;
  return { address: { text: block.toString('latin1', 0, end), bytes: new Uint8Array(0) }, port: 0 };
}

const sslField = 0x20;
const uniqueIdField = 0x05;
const tlsBit = 1;
const certificateBits = 2 | 4;
const sslVariables: Readonly<Record<number, string>> = {
  33: 'SSL_PROTOCOL',
  34: 'SSL_CLIENT_S_DN_CN',
  35: 'SSL_CIPHER',
  36: 'SSL_SERVER_A_SIG',
  37: 'SSL_SERVER_A_KEY',
  38: 'SSL_GROUP',
  39: 'SSL_SERVER_SIG_SCHEME',
};

function readFields(data: Buffer): Pick<ProxyHeader, 'isTls' | 'isVerified' | 'env'> {
  const env = new Map<string, string>();
  let isTls = false;
  let isVerified = false;
  for (const { type, value } of fieldsOf(data)) {
    if (type === uniqueIdField) env.set('PP2_UNIQUE_ID', value.toString('latin1'));
    if (type !== sslField || value.length < 5) continue;
    if (value[0] & tlsBit) isTls = true;
    if (value[0] & certificateBits && value.readUInt32BE(1) === 0) isVerified = true;
    for (const field of fieldsOf(value.subarray(5))) {
      const name = sslVariables[field.type];
      if (name !== undefined) env.set(name, field.value.toString('latin1'));
    }
  }
  return { isTls, isVerified, env };
}

/** Type, length and value, one after the other; a length beyond the end is the end. */
function* fieldsOf(data: Buffer): Generator<{ readonly type: number; readonly value: Buffer }> {
  for (let at = 0; at + 3 <= data.length; ) {
    const end = at + 3 + data.readUInt16BE(at + 1);
    if (end > data.length) return;
    yield { type: data[at], value: data.subarray(at + 3, end) };
    at = end;
  }
}
