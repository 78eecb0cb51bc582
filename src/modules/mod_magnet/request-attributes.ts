import { lowerAscii } from '../../base/ascii.js';
import type { ConditionField } from '../../config/tree.js';
import { noAddress, parseIpAddress } from '../../http/ip-address.js';
import { HttpVersion, protocolNames } from '../../http/version.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { Lua, LuaProxy } from './lua.js';

interface Attribute {
  readonly get: (request: RequestState) => string;
  /** Without it a change is ignored, as in lighttpd. */
  readonly set?: (request: RequestState, value: string) => void;
  /** Conditions on it are asked anew after a change. */
  readonly field?: ConditionField;
}

/** `lighty.r.req_attr` (and `lighty.env`), in the order in which `pairs()` gives them. */
const attributes: Readonly<Record<string, Attribute>> = {
  'physical.path': {
    get: ({ physical }) => physical.path,
    set: ({ physical }, value) => {
      physical.path = value;
    },
  },
  'physical.rel-path': {
    get: ({ physical }) => physical.relPath,
    set: ({ physical }, value) => {
      physical.relPath = value;
    },
  },
  'physical.doc-root': {
    get: ({ physical }) => physical.docroot,
    set: ({ physical }, value) => {
      physical.docroot = value;
    },
  },
  'physical.basedir': {
    // the server has it ready before the path is mapped
    get: ({ physical }) => (physical.docroot === '' ? '' : physical.basedir),
    set: ({ physical }, value) => {
      physical.basedir = value;
    },
  },
  'uri.path': {
    get: ({ uri }) => uri.path,
    set: ({ uri }, value) => {
      uri.path = value;
    },
    field: 'url',
  },
  'uri.path-raw': {
    get: ({ target }) => target.split('?', 1)[0],
    set: (request, value) => {
      const query = request.target.indexOf('?');
      request.target = value + (query < 0 ? '' : request.target.slice(query));
    },
  },
  'uri.scheme': {
    get: ({ uri }) => uri.scheme,
    set: ({ uri }, value) => {
      uri.scheme = lowerAscii(value);
    },
    field: 'scheme',
  },
  'uri.authority': {
    get: ({ uri }) => uri.authority,
    set: (request, value) => {
      request.uri.authority = lowerAscii(value);
      request.serverName = request.uri.authority;
    },
    field: 'host',
  },
  'uri.query': {
    get: ({ uri }) => uri.query,
    set: ({ uri }, value) => {
      uri.query = value;
    },
    field: 'queryString',
  },
  'request.method': { get: ({ method }) => method },
  'request.uri': {
    get: ({ target }) => target,
    set: (request, value) => {
      request.target = value;
    },
  },
  'request.orig-uri': {
    get: ({ targetOriginal }) => targetOriginal,
    set: (request, value) => {
      request.targetOriginal = value;
    },
  },
  'request.path-info': {
    get: ({ pathInfo }) => pathInfo,
    set: (request, value) => {
      request.pathInfo = value;
    },
  },
  'request.remote-ip': { get: ({ remoteAddress }) => remoteAddress.text, field: 'remoteIp' },
  'request.remote-addr': { get: ({ remoteAddress }) => remoteAddress.text, field: 'remoteIp' },
  'request.remote-port': {
    get: ({ remotePort }) => String(remotePort),
    set: (request, value) => {
      request.remotePort = (Number.parseInt(value, 10) || 0) & 0xffff;
    },
  },
  'request.server-addr': { get: serverAddress },
  'request.server-port': { get: serverPort },
  'request.protocol': { get: ({ version }) => protocolNames[version], set: speakHttp10 },
  'request.server-name': { get: ({ serverName }) => serverName },
  'request.stage': { get: ({ connection }) => stageOf(connection.activity) },
};

export function attributesOf(current: () => RequestState): LuaProxy {
  const value = (name: string): string | null => attributes[name].get(current()) || null;
  return {
    get: (name) => (Object.hasOwn(attributes, name) ? value(name) : null),
    set: (name, lua) => setAttribute(current(), name, lua),
    pairs: () => Object.keys(attributes).map((name) => [name, value(name)] as const),
  };
}

function setAttribute(request: RequestState, name: string, lua: Lua): void {
  if (!Object.hasOwn(attributes, name)) lua.fail(`couldn't store '${name}' in r.req_attr[]`);
  const { set, field } = attributes[name];
  const value = lua.optionalText(3) ?? '';
  if (field === 'remoteIp') setRemoteAddress(request, value, lua);
  else set?.(request, value);
  if (field !== undefined) request.conditions.resetField(field);
}

function setRemoteAddress(request: RequestState, value: string, lua: Lua): void {
  const address = value.startsWith('/') ? { ...noAddress, text: value } : parseIpAddress(value);
  if (address === null) lua.fail(`r.req_attr['remote-addr'] invalid addr: ${value}`);
  request.remoteAddress = address;
  request.remotePort = 0;
}

/** For clients that claim HTTP/1.1 and cannot read chunks: only this one change is possible. */
function speakHttp10(request: RequestState, value: string): void {
  if (request.version !== HttpVersion.http11 || value !== 'HTTP/1.0') return;
  request.version = HttpVersion.http10;
  request.headers.unset('upgrade');
  if (request.env.has('SERVER_PROTOCOL')) request.env.set('SERVER_PROTOCOL', value);
  if (request.env.has('HTTP_UPGRADE')) request.env.set('HTTP_UPGRADE', '');
}

function serverAddress({ connection }: RequestState): string {
  const { token } = connection.listenSocket;
  if (token.startsWith('/')) return token;
  const bound = token.slice(0, token.lastIndexOf(':'));
  return bound === '0.0.0.0' || bound === '[::]' || bound === '' ? connection.localAddress : bound;
}

function serverPort({ connection }: RequestState): string {
  const { token } = connection.listenSocket;
  return token.startsWith('/') ? '' : token.slice(token.lastIndexOf(':') + 1);
}

/** A script runs before the body of its own request is read, unless it asks for that. */
function stageOf(activity: RequestState['connection']['activity']): string {
  return activity === 'readpost' ? 'handle-req' : activity;
}
