import { HttpVersion } from '../../http/version.js';
import type { ListenSocket } from '../../plugin/connection-state.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { LineClock } from './line-clock.js';
import { durationField, timeField } from './time-fields.js';

/** One `%` specifier with its argument, ready to be read from a request. */
export interface Field {
  /** Its member in JSON lines. */
  readonly name: string;
  /** Empty where there is nothing to tell. */
  readonly read: (request: RequestState, line: LineClock) => string;
  /** For JSON lines, where that is another text. */
  readonly readJson?: (request: RequestState, line: LineClock) => string;
  /** Holds bytes that the client chose, which are escaped. */
  readonly isForeign?: boolean;
  readonly isNumber?: boolean;
  /** What stands in the line instead of nothing. */
  readonly ifEmpty?: '-';
  readonly usesStrftime?: boolean;
  /** Needs times to less than a second. */
  readonly isPrecise?: boolean;
}

type Read = Field['read'];

const text = (name: string, read: Read): Field => ({ name, read, isForeign: true, ifEmpty: '-' });
const plain = (name: string, read: Read): Field => ({ name, read });
const number = (name: string, read: (request: RequestState) => number): Field => ({
  name,
  isNumber: true,
  read: (request) => String(read(request)),
});
/** Bytes on the wire; nothing, where nothing was sent. */
const bytes = (
  name: string,
  read: (request: RequestState) => number,
  without: (r: RequestState) => number,
): Field => ({
  name,
  isNumber: true,
  ifEmpty: '-',
  read: (request) => {
    const count = read(request);
    return count > 0 ? String(Math.max(0, count - without(request))) : '';
  },
});
const member = (prefix: string, name: string): string =>
  `${prefix}_${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`;

const nothing: Field = plain('', () => '');
const bytesOut = (request: RequestState): number => request.headBytesOut + request.bodyBytesOut;
const headBytesOut = (request: RequestState): number => request.headBytesOut;
const none = (): number => 0;
const bytesIn = (request: RequestState): number => request.headBytesIn + (request.body?.bytesIn ?? 0);

const remoteAddress = (argument: string): Field | string => {
  if (argument === '') return plain('remote_addr', (request) => request.remoteAddress.text);
  if (argument === 'mask') return plain('remote_addr', (request) => maskAddress(request.remoteAddress.text));
  return `%{${argument}}a: the only argument is mask`;
};
const environment = (argument: string): Field =>
  argument === '' ? nothing : text(member('env', argument), (request) => request.env.get(argument) ?? '');
const bodyBytes = bytes('body_bytes', bytesOut, headBytesOut);

/**
 * Every specifier by its letter: gives the field, or says what is wrong with the argument in braces (empty where there
 * is none). `%%` and `%l` are no fields, but `%` and `-`; with an argument they print nothing.
 */
export const specifiers: Readonly<Record<string, (argument: string) => Field | string>> = {
  a: remoteAddress,
  A: () => plain('local_addr', (request) => splitToken(request.connection.listenSocket)[0]),
  b: () => bodyBytes,
  B: () => bodyBytes,
  C: (name) =>
    name === '' ? nothing : { ...text(member('cookie', name), cookieOf(name)), ifEmpty: undefined },
  D: () => durationField('us'),
  e: environment,
  f: () => text('file', (request) => request.physical.path),
  h: remoteAddress,
  H: () => plain('protocol', (request) => protocolName(request.version)),
  i: (name) => (name === '' ? nothing : text(member('request', name), requestHeader(name))),
  I: () => bytes('bytes_in', bytesIn, none),
  k: () => number('keepalive', (request) => Math.max(0, request.connection.requestCount - 1)),
  l: () => nothing,
  m: () => plain('method', (request) => request.method),
  n: environment,
  o: (name) => (name === '' ? nothing : text(member('response', name), responseHeader(name))),
  O: () => bytes('bytes_out', bytesOut, none),
  p: portField,
  P: () => nothing,
  q: () => ({ ...text('query', (request) => request.uri.query), ifEmpty: undefined }),
  r: () => ({ ...text('request', requestLine), ifEmpty: undefined }),
  s: () => number('status', (request) => request.status),
  t: timeField,
  T: durationField,
  u: () => text('user', (request) => request.env.get('REMOTE_USER') ?? ''),
  U: () => ({ ...text('path', (request) => pathOf(request.target)), ifEmpty: undefined }),
  v: () => text('server_name', (request) => request.serverName),
  V: () => text('host', (request) => request.uri.authority),
  X: () => plain('connection', connectionStatus),
  '%': () => nothing,
};

function portField(argument: string): Field | string {
  if (argument === 'remote') return number('remote_port', (request) => request.remotePort);
  if (argument !== '' && argument !== 'local' && argument !== 'canonical')
    return `%{${argument}}p: the argument is one of canonical, local, remote`;
  return {
    name: 'local_port',
    isNumber: true,
    read: (request) => splitToken(request.connection.listenSocket)[1],
  };
}

/** Address and port as the configuration has them; a unix socket has no port. */
function splitToken(socket: ListenSocket): readonly [string, string] {
  const { token } = socket;
  const colon = token.startsWith('/') ? -1 : token.lastIndexOf(':');
  return colon < 0 ? [token, ''] : [token.slice(0, colon), token.slice(colon + 1)];
}

function protocolName(version: HttpVersion): string {
  switch (version) {
    case HttpVersion.http11:
      return 'HTTP/1.1';
    case HttpVersion.http10:
      return 'HTTP/1.0';
    case HttpVersion.http2:
      return 'HTTP/2.0';
    default:
      return '';
  }
}

/** Put together again: what came may have been another spelling. */
function requestLine(request: RequestState): string {
  return `${request.method} ${request.targetOriginal} ${protocolName(request.version)}`;
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

function connectionStatus(request: RequestState): string {
  if (!request.responseBody.finished || request.responseBody.failed) return 'X';
  return request.keepAlive ? '+' : '-';
}

function requestHeader(name: string): Read {
  const lower = name.toLowerCase();
  return (request) => request.headers.get(lower) ?? '';
}

/** Fields of one name follow each other as they did on the wire. */
function responseHeader(name: string): Read {
  const lower = name.toLowerCase();
  return ({ responseHeaders: headers }) => {
    const first = headers.indexOf(lower);
    if (first < 0) return '';
    let value = headers.valueAt(first);
    for (let i = first + 1; i < headers.size; i++)
      if (headers.lowerNameAt(i) === lower) value += `\r\n${headers.nameAt(i)}: ${headers.valueAt(i)}`;
    return value;
  };
}

function cookieOf(name: string): Read {
  const start = `${name}=`;
  return (request) => {
    for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
      const trimmed = pair.trim();
      if (trimmed.startsWith(start)) return trimmed.slice(start.length);
    }
    return '';
  };
}

/** Hides who it was: the last byte of an IPv4 address, all but the first three groups of an IPv6 address. */
export function maskAddress(address: string): string {
  if (address.startsWith('/')) return address;
  if (address.includes('.')) return `${address.slice(0, address.lastIndexOf('.') + 1)}0`;
  const groups = /^(?:[0-9a-f]+:){0,3}/i.exec(address)?.[0] ?? '';
  return address.includes(':') ? `${groups === '' ? ':' : groups}:` : address;
}
