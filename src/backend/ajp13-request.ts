import { hostWithoutPort } from '../http/host.js';
import { percentEscapes } from '../http/url-bytes.js';
import { protocolNames } from '../http/version.js';
import type { RequestState } from '../plugin/request-state.js';
import { askModules, serverPort } from './cgi-environment.js';

/** Bytes of a packet, with its head of four. */
export const packetBytesMax = 8192;

const forwardRequest = 2;
const requestTerminator = '\xff';

/** Numbers of methods start with 1. */
const methods: readonly string[] = [
  'OPTIONS',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'TRACE',
  'PROPFIND',
  'PROPPATCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'ACL',
  'REPORT',
  'VERSION-CONTROL',
  'CHECKIN',
  'CHECKOUT',
  'UNCHECKOUT',
  'SEARCH',
  'MKWORKSPACE',
  'UPDATE',
  'LABEL',
  'MERGE',
  'BASELINE-CONTROL',
  'MKACTIVITY',
];

/** Names of headers that are sent as 0xA001 and following. */
const headerCodes: readonly string[] = [
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'authorization',
  'connection',
  'content-type',
  'content-length',
  'cookie',
  'cookie2',
  'host',
  'pragma',
  'referer',
  'user-agent',
];

const Attribute = {
  remoteUser: 3,
  authType: 4,
  queryString: 5,
  sslCertificate: 7,
  sslCipher: 8,
  sslKeySize: 11,
  secret: 12,
} as const;

/**
 * The first packet of a request (https://tomcat.apache.org/connectors-doc/ajp/ajpv13a.html, Forward Request).
 * 400 where the protocol has no number for the method, or where the packet would be too long.
 */
export function writeForwardRequest(request: RequestState, isAuthorizer: boolean): Buffer | number {
  const method = methods.indexOf(request.method) + 1;
  if (method === 0) return 400;
  const text =
    byte(forwardRequest) +
    byte(method) +
    string(protocolNames[request.version]) +
    string(escapePath(request.uri.path + request.pathInfo)) +
    string(request.remoteAddress.text) +
    // the client's host name is not looked up
    string('') +
    string(hostWithoutPort(request.serverName)) +
    short(serverPort(request)) +
    byte(request.uri.scheme === 'https' ? 1 : 0) +
    headersOf(request, isAuthorizer) +
    attributesOf(request) +
    requestTerminator;
  if (text.length > packetBytesMax - 4) return 400;
  return Buffer.from(`\x12\x34${short(text.length)}${text}`, 'latin1');
}

/**
 * The path that rules were applied to here is the one that the backend finds when it decodes: nothing in it can be
 * taken for another escape, or for the start of parameters.
 */
function escapePath(path: string): string {
  return path.replace(/[^\w\-.~!$&'()*+,=:@/]/g, (character) => percentEscapes[character.charCodeAt(0)]);
}

function headersOf({ headers, body }: RequestState, isAuthorizer: boolean): string {
  const hasLength = headers.has('content-length');
  let text = short(headers.size + (hasLength ? 0 : 1));
  if (!hasLength) text += headerField('content-length', '', isAuthorizer ? '0' : String(body.length));
  for (let i = 0; i < headers.size; i++) {
    const lowerName = headers.lowerNameAt(i);
    // what is announced is sent
    const value = isAuthorizer && lowerName === 'content-length' ? '0' : headers.valueAt(i);
    text += headerField(lowerName, headers.nameAt(i), value);
  }
  return text;
}

function headerField(lowerName: string, name: string, value: string): string {
  const code = headerCodes.indexOf(lowerName) + 1;
  return (code === 0 ? string(name) : short(0xa000 | code)) + string(value);
}

function attributesOf(request: RequestState): string {
  askModules(request);
  const { env, uri } = request;
  let text = attribute(Attribute.remoteUser, env.get('REMOTE_USER'));
  text += attribute(Attribute.authType, env.get('AUTH_TYPE'));
  text += attribute(Attribute.queryString, uri.query || undefined);
  if (uri.scheme === 'https') {
    text += attribute(Attribute.sslCertificate, env.get('SSL_CLIENT_CERT'));
    text += attribute(Attribute.sslCipher, env.get('SSL_CIPHER'));
    const keySize = env.get('SSL_CIPHER_USE_KEYSIZE');
    if (keySize) text += byte(Attribute.sslKeySize) + short(Number(keySize));
  }
  return text + attribute(Attribute.secret, env.get('AJP13_SECRET'));
}

function attribute(code: number, value: string | undefined): string {
  return value === undefined ? '' : byte(code) + string(value);
}

function byte(value: number): string {
  return String.fromCharCode(value);
}

function short(value: number): string {
  return String.fromCharCode((value >> 8) & 255, value & 255);
}

/** An empty text is written as none at all. */
function string(text: string): string {
  return text === '' ? '\xff\xff' : `${short(text.length)}${text}\0`;
}
