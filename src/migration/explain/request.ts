import { lowerAscii } from '../../base/ascii.js';
import type { ConditionSource } from '../../config/condition.js';
import type { ConditionField, ConfigTree } from '../../config/tree.js';
import { checkHost } from '../../http/host.js';
import { type IpAddress, parseIpAddress } from '../../http/ip-address.js';
import { isKnownMethod } from '../../http/methods.js';
import { parseTarget } from '../../http/request-target.js';

/** The request to explain, as its client would send it. Text is latin1. */
export interface AskedRequest {
  /** `http://host:port/path?query`, or a path alone. */
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly remoteIp: string;
}

/** How the server reads requests, and where it listens. */
export interface ServerView {
  readonly tree: ConfigTree;
  readonly parseOptions: number;
  readonly bind: string;
  readonly port: number;
}

/** A request as the server sees it once its head is read. */
export class ImaginedRequest implements ConditionSource {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly path: string;
  readonly query: string;
  /** Normalised, with its query: what rules of mod_rewrite and mod_redirect are matched with. */
  readonly target: string;
  readonly socket: string;
  readonly remoteAddress: IpAddress;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;

  private constructor(request: Omit<ImaginedRequest, 'conditionValue'>) {
    this.method = request.method;
    this.scheme = request.scheme;
    this.host = request.host;
    this.path = request.path;
    this.query = request.query;
    this.target = request.target;
    this.socket = request.socket;
    this.remoteAddress = request.remoteAddress;
    this.headers = request.headers;
  }

  /** The request, or a sentence that says why the server would refuse it before any condition is asked. */
  static read(asked: AskedRequest, server: ServerView): ImaginedRequest | string {
    const { method } = asked;
    const remoteAddress = parseIpAddress(asked.remoteIp);
    if (remoteAddress === null) return `"${asked.remoteIp}" is no address of a client`;
    if (!isKnownMethod(method)) return `the method ${method} is not known: it is answered with 501`;
    const url = splitUrl(asked.url);
    const headers = headersOf(asked, url.authority);
    const schemePort = url.scheme === 'https' ? 443 : 80;
    const sentHost = headers.get('host') ?? '';
    const host = sentHost === '' ? '' : checkHost(sentHost, server.parseOptions, schemePort);
    if (host === null) return `the host "${sentHost}" is refused with 400`;
    const { status, path, query, target } = parseTarget(method, url.target, server.parseOptions);
    if (status !== 0) return `the target "${url.target}" is refused with ${status}`;
    const socket = socketOf(Number(/:(\d+)$/.exec(url.authority)?.[1] ?? schemePort), url.authority, server);
    const { scheme } = url;
    return new ImaginedRequest({ method, scheme, host, path, query, target, socket, remoteAddress, headers });
  }

  conditionValue(field: ConditionField, header: string): string {
    switch (field) {
      case 'url':
        return this.path;
      case 'host':
        return this.host;
      case 'requestHeader':
        return this.headers.get(lowerAscii(header)) ?? '';
      case 'queryString':
        return this.query;
      case 'requestMethod':
        return this.method;
      case 'scheme':
        return this.scheme;
      case 'socket':
        return this.socket;
      case 'remoteIp':
        return this.remoteAddress.text;
    }
  }
}

interface SplitUrl {
  readonly scheme: 'http' | 'https';
  /** Empty where the URL is a path alone. */
  readonly authority: string;
  readonly target: string;
}

/** A client does not send the fragment, and sends `/` where the path is empty. */
function splitUrl(url: string): SplitUrl {
  const parts = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(url);
  const rest = (parts?.[3] ?? url).replace(/#.*$/s, '');
  const scheme = parts !== null && lowerAscii(parts[1]) === 'https' ? 'https' : 'http';
  const target = parts !== null && !rest.startsWith('/') ? `/${rest}` : rest;
  return { scheme, authority: parts?.[2] ?? '', target };
}

function headersOf({ headers }: AskedRequest, authority: string): Map<string, string> {
  const byName = new Map<string, string>();
  if (authority !== '') byName.set('host', authority);
  for (const [name, value] of headers) {
    const key = lowerAscii(name);
    const before = key === 'host' ? undefined : byName.get(key);
    byName.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return byName;
}

/** The socket that has the URL's port, in the spelling of its condition; otherwise that of server.bind and server.port. */
function socketOf(port: number, authority: string, { tree, bind, port: mainPort }: ServerView): string {
  const own = tree.blocks.find(
    ({ condition }) =>
      condition?.field === 'socket' && condition.operator === '==' && condition.value.endsWith(`:${port}`),
  );
  if (own?.condition && authority !== '') return own.condition.value;
  return bind.startsWith('/') ? bind : `${bind || '0.0.0.0'}:${mainPort}`;
}
