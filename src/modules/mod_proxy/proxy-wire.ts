import type { BackendAnswer } from '../../backend/backend-answer.js';
import type { Backend } from '../../backend/read-backends.js';
import type { Wire, WireTarget } from '../../backend/wire.js';
import { HttpVersion } from '../../http/version.js';
import type { RequestState } from '../../plugin/request-state.js';
import { addForwarded } from './forwarded.js';
import { HeaderMapper } from './header-mapper.js';
import type { HeaderOptions } from './header-options.js';
import type { ForwardedParameter } from './index.js';

export interface ProxyOptions {
  readonly header: HeaderOptions;
  readonly forwarded: ReadonlySet<ForwardedParameter>;
  /** The backend is asked by its label in the configuration. */
  readonly replaceHost: boolean;
}

/** Fields that are written anew, or are for this hop alone; `Proxy` would reach programs as HTTP_PROXY. */
const leftOut: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'proxy',
  'proxy-connection',
  'set-cookie',
  'transfer-encoding',
]);

const lastChunk = Buffer.from('0\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

/** A request to an HTTP/1 server, one on a connection (proxy_create_env). */
export class ProxyWire implements Wire {
  readonly kind = 'proxy';
  readonly takesUnknownLength: boolean;
  private readonly request: RequestState;
  private readonly backend: Backend;
  private readonly options: ProxyOptions;
  private readonly mapper: HeaderMapper;
  /** The body's length is not known when the head goes out. */
  private readonly isChunked: boolean;
  /** The backend is asked to leave the connection open. */
  private keepAlive: boolean;

  constructor({ request, backend, keepAlive }: WireTarget, options: ProxyOptions) {
    this.request = request;
    this.backend = backend;
    this.options = options;
    this.mapper = new HeaderMapper(options.header, request.host, request.uri.scheme);
    this.takesUnknownLength = !options.header.forceHttp10;
    this.isChunked = request.body.length < 0;
    this.keepAlive = keepAlive && !options.header.forceHttp10 && request.version !== HttpVersion.http10;
  }

  get bodyEnd(): Buffer | null {
    return this.isChunked ? lastChunk : null;
  }

  open(): Buffer {
    const { request, options } = this;
    const host = this.hostField();
    if (host === null) this.keepAlive = false;
    const version = options.header.forceHttp10 || host === null ? '1.0' : '1.1';
    let head = `${request.method} ${this.target()} HTTP/${version}\r\n`;
    if (host !== null) head += `Host: ${host}\r\n`;
    if (this.isChunked) head += 'Transfer-Encoding: chunked\r\n';
    this.setContentLength();
    addForwarded(request, options.forwarded);
    return Buffer.from(`${head}${this.fields()}\r\n`, 'latin1');
  }

  describe(): readonly string[] {
    return this.open().toString('latin1').split('\r\n').slice(0, -2);
  }

  frame(content: Buffer): readonly Buffer[] {
    if (!this.isChunked) return [content];
    return [Buffer.from(`${content.length.toString(16)}\r\n`), content, lineEnd];
  }

  receive(bytes: Buffer, answer: BackendAnswer): void {
    answer.feed(bytes);
  }

  leavesOpen({ head, endsExactly }: BackendAnswer): boolean {
    if (head === null || !this.keepAlive || !endsExactly) return false;
    return head.persistent && !head.upgraded;
  }

  ended(answer: BackendAnswer): void {
    answer.end();
  }

  onHead(): void {
    const { mapper } = this;
    const { responseHeaders: headers } = this.request;
    if (!mapper.mapsAnswers) return;
    for (const name of ['Location', 'Content-Location']) {
      const url = headers.get(name.toLowerCase());
      if (url !== undefined) headers.set(name, mapper.answerUrl(url));
    }
    const cookies: string[] = [];
    for (let i = 0; i < headers.size; i++)
      if (headers.lowerNameAt(i) === 'set-cookie') cookies.push(headers.valueAt(i));
    headers.unset('set-cookie');
    for (const cookie of cookies) headers.insert('Set-Cookie', mapper.cookie(cookie));
  }

  private target(): string {
    return this.mapper.mapsRequests ? this.mapper.requestUrl(this.request.target) : this.request.target;
  }

  /** Null: the client named no host, and the request goes out as HTTP/1.0. */
  private hostField(): string | null {
    const { request, backend, options, mapper } = this;
    if (options.replaceHost && backend.label !== '') return backend.label;
    if (request.host === null) return null;
    return mapper.mapsRequests ? mapper.requestHostFor(request.host) : request.host;
  }

  /** For a body that came in chunks and is known by now; without a body, for the methods that may have one. */
  private setContentLength(): void {
    const { method, body, headers } = this.request;
    const mayBeEmpty = method === 'GET' || method === 'HEAD';
    if (body.length > 0 || (body.length === 0 && !mayBeEmpty))
      if (!headers.has('content-length')) headers.set('Content-Length', String(body.length));
  }

  private fields(): string {
    const { headers, version } = this.request;
    const isPlain = this.options.header.forceHttp10 || version === HttpVersion.http10;
    let text = '';
    for (let i = 0; i < headers.size; i++) {
      const lowerName = headers.lowerNameAt(i);
      const value = headers.valueAt(i);
      if (value === '' || leftOut.has(lowerName) || (isPlain && isOfHttp11(lowerName))) continue;
      if (lowerName === 'te' && value.toLowerCase() !== 'trailers') continue;
      text += `${headers.nameAt(i)}: ${this.mapped(lowerName, value)}\r\n`;
    }
    return text + this.connectionField(isPlain);
  }

  private mapped(lowerName: string, value: string): string {
    const namesUrl = lowerName === 'destination' || lowerName === 'content-location';
    return namesUrl && this.mapper.mapsRequests ? this.mapper.requestUrl(value) : value;
  }

  private connectionField(isPlain: boolean): string {
    const { headers } = this.request;
    const given = headers.get('connection')?.toLowerCase() ?? '';
    const tokens = this.keepAlive ? [] : ['close'];
    if (!isPlain && given !== '' && given !== 'close') {
      if (headers.get('te')?.toLowerCase() === 'trailers') tokens.push('te');
      if (headers.has('upgrade')) tokens.push('upgrade');
    }
    return tokens.length === 0 ? '' : `Connection: ${tokens.join(', ')}\r\n`;
  }
}

function isOfHttp11(lowerName: string): boolean {
  return lowerName === 'te' || lowerName === 'upgrade';
}
