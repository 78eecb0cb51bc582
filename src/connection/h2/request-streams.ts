import { latin1Text } from '../../base/latin1.js';
import { HttpVersion } from '../../http/version.js';
import { abandonRequest, finishRequest } from '../../lifecycle/finish.js';
import { noBody } from '../../plugin/request-body.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { ConnectionContext } from '../connection-context.js';
import { completeHead } from '../request-fields.js';
import type { Http2Connection } from './connection.js';
import { EndedStreams } from './ended-streams.js';
import { ErrorCode, Http2Error, windowMax } from './frames.js';
import { KnownRequests } from './known-requests.js';
import { defaultPriority, parsePriority, priorityOfTarget } from './priority.js';
import { readRequest } from './read-request.js';
import { Http2RequestBody } from './request-body.js';
import { bodyWindow, streamsMax } from './settings.js';
import { Http2Stream } from './stream.js';

/** Blocks up to this size are looked up before they are read. */
const knownBlockMax = 512;

/** The open streams of a connection: each is one request on its way through the lifecycle. */
export class RequestStreams {
  /** The most urgent first. */
  readonly open: Http2Stream[] = [];
  /** Requests that wait until one of those has ended. */
  private readonly waiting: Http2Stream[] = [];
  /** Requests whose bodies may stand behind them in what is being read. */
  private readonly arriving: Http2Stream[] = [];
  readonly ended = new EndedStreams();
  private readonly connection: Http2Connection;
  private readonly context: ConnectionContext;
  private readonly known = new KnownRequests();

  constructor(connection: Http2Connection, context: ConnectionContext) {
    this.connection = connection;
    this.context = context;
  }

  find(streamId: number): Http2Stream | null {
    const { open } = this;
    for (let i = 0; i < open.length; i++) if (open[i].streamId === streamId) return open[i];
    return this.waiting.find((stream) => stream.streamId === streamId) ?? null;
  }

  get count(): number {
    return this.open.length + this.waiting.length;
  }

  /** The client takes more or less on each stream. False where that is more than a window may be. */
  changeWindows(change: number): boolean {
    for (const stream of [...this.open, ...this.waiting]) {
      stream.sendWindow += change;
      if (stream.sendWindow > windowMax) return false;
    }
    return true;
  }

  /** A block of fields opens a stream. */
  begin(streamId: number, endsStream: boolean, block: Buffer, start: number, end: number): void {
    const { connection, context } = this;
    const stream = new Http2Stream(connection, streamId);
    const request = context.requests.acquire(stream);
    const { framing } = context;
    stream.request = request;
    stream.clientEnded = endsStream;
    request.version = HttpVersion.http2;
    request.keepAlive = true;
    request.body = noBody;
    framing.reset();
    framing.length = endsStream ? 0 : -1;
    request.status = this.readHead(request, endsStream, block, start, end);
    stream.wantsTunnel = framing.opensTunnel && request.status === 0;
    const mayStart = this.open.length < streamsMax;
    (mayStart ? this.open : this.waiting).push(stream);
    if (request.status === 0 && endsStream && framing.length > 0) this.reset(stream, ErrorCode.protocolError);
    else if (mayStart) this.accept(stream, framing.length);
  }

  /** A request that came on HTTP/1.1 goes on as the first stream (RFC 7540, 3.2). */
  takeOver(request: RequestState): void {
    const stream = new Http2Stream(this.connection, 1);
    stream.request = request;
    stream.clientEnded = true;
    this.open.push(stream);
    request.version = HttpVersion.http2;
    request.keepAlive = true;
    request.connection = stream;
    this.accept(stream, 0);
  }

  private readHead(
    request: RequestState,
    endsStream: boolean,
    block: Buffer,
    start: number,
    end: number,
  ): number {
    const { framing } = this.context;
    const { decoder } = this.connection;
    const { tableVersion } = decoder;
    const text = endsStream && end - start <= knownBlockMax ? latin1Text(block, start, end) : '';
    if (text !== '' && this.known.use(text, tableVersion, request))
      return completeHead(request, framing, request.target, true);
    this.connection.decode(block, start, end);
    if (request.conf.logRequestHeader) this.logFields(request);
    const status = readRequest(request, decoder, framing);
    const isPlain = text !== '' && framing.length === 0 && !framing.opensTunnel;
    if (status === 0 && isPlain && decoder.tableVersion === tableVersion)
      this.known.keep(text, tableVersion, request);
    return status;
  }

  private logFields({ conf, connection }: RequestState): void {
    const { names, values, count } = this.connection.decoder;
    const { streamId } = connection as Http2Stream;
    for (let i = 0; i < count; i++) {
      conf.errorLog.debug('h2.c', `fd:${connection.id} id:${streamId} rqst: ${names[i]}: ${values[i]}`);
    }
  }

  /** The head has been read: the request starts, or, where a body follows, once all that came with it is read. */
  private accept(stream: Http2Stream, bodyLength: number): void {
    const { request, streamId } = stream;
    if (request.status !== 0 && request.conf.logRequestHeaderOnError) logRefused(request);
    request.openConditions(request.status === 0);
    this.prioritize(stream);
    if (request.status === 0 && !stream.clientEnded) {
      stream.body = new Http2RequestBody(request, stream, bodyLength, stream.wantsTunnel);
      request.body = stream.body;
      if (request.conf.streamRequestBody !== 2) {
        stream.receiveWindow += bodyWindow;
        this.connection.output.windowUpdate(streamId, bodyWindow);
      }
    }
    if (stream.clientEnded) this.start(stream);
    else this.arriving.push(stream);
  }

  /**
   * What came at once has been taken. A body that came with its request is there when the lifecycle asks for it, as in
   * lighttpd: then its length is known, which decides between an answer and 411.
   */
  startArrived(): void {
    if (this.arriving.length === 0) return;
    for (const stream of this.arriving.splice(0)) if (!stream.isClosed) this.start(stream);
  }

  private start(stream: Http2Stream): void {
    const outcome = this.context.lifecycle.handle(stream.request);
    if (typeof outcome === 'boolean') this.respond(stream, outcome);
    else outcome.then((answered) => this.respond(stream, answered));
  }

  private prioritize(stream: Http2Stream): void {
    const { headers, target, status } = stream.request;
    const said = headers.get('priority');
    if (said !== undefined) {
      this.reorder(stream, parsePriority(said));
      return;
    }
    stream.ownPriority = status === 0 ? priorityOfTarget(target) : null;
    this.reorder(stream, stream.ownPriority ?? defaultPriority);
  }

  /** Puts a stream behind those that are as urgent. */
  reorder(stream: Http2Stream, priority: number): void {
    const { open } = this;
    stream.priority = priority;
    const before = open.indexOf(stream);
    if (before < 0 || open.length === 1) return;
    open.splice(before, 1);
    let place = open.length;
    while (place > 0 && open[place - 1].priority > priority) place--;
    open.splice(place, 0, stream);
  }

  /** The lifecycle has finished. */
  private respond(stream: Http2Stream, answered: boolean): void {
    const { request } = stream;
    if (stream.isClosed) {
      request.responseBody.clear();
      return;
    }
    if (answered) {
      this.connection.keepAliveIdle = request.conf.maxKeepAliveIdle;
      request.responseStarted = true;
      this.connection.sender.begin(stream);
    } else {
      this.reset(stream, ErrorCode.internalError);
    }
    this.connection.settle();
  }

  /** The answer is out. */
  finish(stream: Http2Stream): void {
    const { lifecycle, requests, server } = this.context;
    const { connection } = this;
    const { request, streamId } = stream;
    this.remove(stream);
    stream.isClosed = true;
    // the client need not send the rest of a body that nobody reads
    if (!stream.clientEnded) connection.output.reset(streamId, ErrorCode.noError);
    this.ended.add(streamId, !stream.clientEnded);
    server.counters.bytesOut += request.headBytesOut + request.bodyBytesOut;
    const isLast = request.closesConnection || this.context.closing;
    finishRequest(request, lifecycle.slots);
    stream.body?.close();
    requests.release(request);
    connection.readAt = server.clock.monotonicSeconds;
    if (isLast) connection.goAway();
    this.startNext();
  }

  /** Ends a stream for a fault; the client learns which. */
  reset(stream: Http2Stream, code: number): void {
    const { connection } = this;
    connection.output.reset(stream.streamId, code);
    this.drop(stream);
    if (code !== ErrorCode.internalError) connection.provoked();
  }

  /** Ends a stream without a word. */
  drop(stream: Http2Stream): void {
    const { slots } = this.context.lifecycle;
    const { request } = stream;
    this.remove(stream);
    this.ended.add(stream.streamId, true);
    stream.abort();
    abandonRequest(request, slots);
    stream.body?.close();
    this.startNext();
  }

  dropAll(): void {
    for (const stream of this.waiting.splice(0)) this.drop(stream);
    while (this.open.length > 0) this.drop(this.open[this.open.length - 1]);
  }

  private remove(stream: Http2Stream): void {
    const list = this.open.includes(stream) ? this.open : this.waiting;
    const place = list.indexOf(stream);
    if (place >= 0) list.splice(place, 1);
  }

  /** A stream has ended: another may start. */
  private startNext(): void {
    if (this.waiting.length === 0 || this.open.length >= streamsMax) return;
    const stream = this.waiting.shift()!;
    this.open.push(stream);
    this.accept(stream, 0);
  }

  /** A second block of fields on a stream: trailers. */
  takeTrailers(streamId: number, endsStream: boolean, block: Buffer, start: number, end: number): void {
    const { connection } = this;
    const { decoder } = connection;
    const stream = this.find(streamId);
    connection.decode(block, start, end);
    if (stream === null) {
      if (this.ended.wasReset(streamId)) {
        connection.guard.discard();
        return;
      }
      const code = this.ended.has(streamId) ? ErrorCode.streamClosed : ErrorCode.protocolError;
      throw new Http2Error(code, 'HEADERS on a stream that has ended');
    }
    if (stream.clientEnded) {
      this.reset(stream, ErrorCode.streamClosed);
      return;
    }
    const hasPseudo = decoder.names.slice(0, decoder.count).some((name) => name.startsWith(':'));
    if (!endsStream || hasPseudo) {
      this.reset(stream, ErrorCode.protocolError);
      return;
    }
    stream.body?.takeTrailers(decoder.names, decoder.values, decoder.count);
    this.endOfClient(stream);
  }

  /** The client has ended its side of a stream. */
  endOfClient(stream: Http2Stream): void {
    stream.clientEnded = true;
    if (stream.body !== null && !stream.body.endStream()) this.reset(stream, ErrorCode.protocolError);
  }
}

function logRefused({ conf, host, method, target }: RequestState): void {
  const fields = `:authority: ${host ?? ''}\n:method: ${method}\n:path: ${target}`;
  conf.errorLog.debug('request.c', `request-header:\n${fields}`);
}
