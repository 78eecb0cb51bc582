import type { Socket } from 'node:net';
import { latin1Text } from '../../base/latin1.js';
import { abandonRequest, finishRequest } from '../../lifecycle/finish.js';
import type { ConnectionActivity, ListenSocket } from '../../plugin/connection-state.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { AdoptedState, ConnectionHandle } from '../adopted-state.js';
import { ClientConnection } from '../client-connection.js';
import type { ConnectionContext } from '../connection-context.js';
import { isBlocked, whenDrained } from '../direct-write.js';
import type { Http2Connection } from '../h2/connection.js';
import type { HandOver } from '../hand-over.js';
import type { BodySource } from '../received-body.js';
import { BodyWriter, type BodyWriterOwner } from './body-writer.js';
import { refuseEarly } from './early-errors.js';
import { logHead } from './head-log.js';
import { mayStayOpen } from './keep-alive.js';
import { startKnown } from './known-heads.js';
import { Http1RequestBody } from './request-body.js';
import { buildHead, templateHead } from './response-head.js';
import { startRequest } from './start-request.js';
import { timeoutOf } from './timeouts.js';
import { isHttp2Preface, mayTunnel, switchingToHttp2 } from './upgrade.js';

/** Bodies up to this size join the head in one write. */
const joinedBodyMax = 65536;
/** Bytes of further requests that may wait while one is being answered. */
const pipelinedMax = 65536;

export type Phase = 'reading' | 'handling' | 'writing' | 'lingering' | 'closed';

/** One HTTP/1.x connection: reads heads, hands requests to the lifecycle, writes the answers in order. */
export class Http1Connection extends ClientConnection implements BodySource, BodyWriterOwner {
  phase: Phase = 'reading';
  keepAliveIdle = 0;
  request: RequestState | null = null;
  body: Http1RequestBody | null = null;

  private readonly startHttp2: () => Http2Connection;
  private readonly onClosed: (connection: Http1Connection) => void;
  /** Bytes that arrived and are not used yet. */
  private pending: Buffer | null = null;
  private writer: BodyWriter | null = null;
  /** While heads are being read, what they cause to be written is collected. */
  private isProcessing = false;

  constructor(
    context: ConnectionContext,
    id: number,
    socket: Socket,
    listenSocket: ListenSocket,
    startHttp2: () => Http2Connection,
    onClosed: (connection: Http1Connection) => void,
  ) {
    super(context, id, socket, listenSocket);
    this.startHttp2 = startHttp2;
    this.onClosed = onClosed;
  }

  /** Nothing has come since the last answer, or since the connection was made. */
  get isIdle(): boolean {
    return this.phase === 'reading' && this.pending === null && this.requestCount > 0;
  }

  /** Is there nothing about it that only this worker knows? */
  private get isMovable(): boolean {
    return !this.isTls && (this.bytesRead === 0 || this.moduleData.length === 0);
  }

  /** Could another worker go on with it now, without the client noticing? */
  get isTransferable(): boolean {
    const isBetweenRequests = this.phase === 'reading' && this.request === null && !this.clientEnded;
    return isBetweenRequests && this.isMovable && !isBlocked(this.socket);
  }

  get activity(): ConnectionActivity {
    if (this.phase === 'reading') return this.isIdle ? 'keep-alive' : 'read';
    if (this.phase === 'writing') return 'write';
    if (this.phase !== 'handling') return 'close';
    return this.body !== null && !this.body.finished ? 'readpost' : 'handle-req';
  }

  get requests(): readonly RequestState[] {
    return this.request === null ? [] : [this.request];
  }

  received(buffer: Buffer, count: number): void {
    this.bytesRead += count;
    this.readAt = this.context.server.clock.monotonicSeconds;
    if (this.phase === 'lingering' || this.phase === 'closed') return;
    if (this.request !== null) {
      const data = buffer.subarray(0, count);
      if (this.body?.takesBytes) this.body.feed(data);
      else this.unread(data);
      return;
    }
    if (this.pending === null) {
      this.process(buffer, count);
    } else {
      const data = Buffer.concat([this.pending, buffer.subarray(0, count)]);
      this.process(data, data.length);
    }
  }

  unread(data: Buffer): void {
    this.pending = this.pending === null ? Buffer.from(data) : Buffer.concat([this.pending, data]);
    if (this.pending.length >= pipelinedMax) this.pauseReading();
  }

  /** Answers every request that the data holds whole, and keeps the rest. */
  private process(data: Buffer, end: number): void {
    this.pending = null;
    this.isProcessing = true;
    let at = this.preread === null ? 0 : this.takePreread(data.subarray(0, end));
    while (at < end && this.request === null && this.phase === 'reading') {
      const used = this.processHead(data, at, end);
      if (used === 0) break;
      at += used;
      if (at < end && isBlocked(this.socket)) break;
    }
    this.isProcessing = false;
    this.context.output.flush(this.socket);
    if (at < end && (this.phase === 'reading' || this.request !== null)) {
      const rest = data.subarray(at, end);
      if (this.request !== null && this.body?.takesBytes) this.body.feed(rest);
      else this.pending = this.pending === null ? Buffer.from(rest) : Buffer.concat([rest, this.pending]);
    }
    if (this.request === null && this.pending !== null && isBlocked(this.socket)) this.processWhenDrained();
  }

  /** A client that sends requests without reading the answers has to wait. */
  private processWhenDrained(): void {
    this.pauseReading();
    whenDrained(this.socket, () => {
      this.resumeReading();
      this.processPending();
    });
  }

  /** Goes on with bytes that came before the last answer was out. */
  private processPending(): void {
    if (this.request !== null || this.phase !== 'reading') return;
    if (this.pending !== null) this.process(this.pending, this.pending.length);
    if (this.clientEnded && this.request === null && this.phase === 'reading') this.close();
  }

  /** Lets the module that reads first take its bytes; while it wants more, all are kept. */
  private takePreread(data: Buffer): number {
    const used = this.preread!(data);
    if (used > 0) {
      this.preread = null;
      return used;
    }
    if (used < 0) this.destroy();
    else this.pending = Buffer.from(data);
    return data.length;
  }

  /** Reads one head and starts its request. Gives the bytes used; 0 where the head is not complete. */
  private processHead(data: Buffer, at: number, end: number): number {
    const { lines, framing, server, knownHeads } = this.context;
    const { maxRequestFieldSize } = server.core.base;
    const text = latin1Text(data, at, Math.min(end, at + maxRequestFieldSize + 4));
    const known = knownHeads.find(text, this.scheme);
    if (known !== null) {
      const request = this.newRequest();
      startKnown(request, known);
      this.handle(request);
      return text.length;
    }
    lines.find(text, 0);
    if (this.requestCount > 0 && lines.end > 0 && lines.count === 0) {
      // one blank line between requests is allowed, as after the body of a POST from old clients
      const next = text.charCodeAt(lines.end);
      if (lines.end === end - at) return 0;
      if (next !== 10 && next !== 13) return lines.end;
    }
    const early = refuseEarly(text, lines, maxRequestFieldSize, this.requestCount > 0);
    if (early === 0 && lines.end === 0) return 0;
    const mayChange = this.requestCount === 0 && this.context.speaksHttp2 && !this.isTls;
    if (mayChange && early === 0 && isHttp2Preface(text, lines))
      return this.goOnInHttp2(data.subarray(at, end), null, '');
    const request = this.newRequest();
    const settings = startRequest(request, text, early, this.context);
    const bodyStart = early === 0 ? at + lines.end : end;
    if (settings !== null) {
      this.goOnInHttp2(data.subarray(bodyStart, end), request, settings);
      return end - at;
    }
    if (request.status === 0 && (framing.length !== 0 || mayTunnel(request))) {
      this.body = new Http1RequestBody(request, this, framing.length);
      request.body = this.body;
    }
    // what has come of the body is there when a handler looks at it
    const hasBody = this.body?.takesBytes ?? false;
    if (hasBody && bodyStart < end) this.body!.feed(data.subarray(bodyStart, end));
    this.handle(request);
    return (hasBody ? end : bodyStart) - at;
  }

  private newRequest(): RequestState {
    const request = this.context.requests.acquire(this);
    this.request = request;
    this.requestCount++;
    return request;
  }

  /** Another connection has the socket from here on, and `request`, which asked for that. Gives the bytes used. */
  private goOnInHttp2(rest: Buffer, request: RequestState | null, settings: string): number {
    this.request = null;
    this.phase = 'closed';
    if (request !== null) this.appendText(switchingToHttp2);
    const connection = this.startHttp2();
    if (request !== null) connection.takeOver(request, settings);
    connection.take(rest, rest.length);
    return rest.length;
  }

  private handle(request: RequestState): void {
    this.phase = 'handling';
    const outcome = this.context.lifecycle.handle(request);
    if (typeof outcome === 'boolean') this.respond(request, outcome);
    else outcome.then((answered) => this.respond(request, answered));
  }

  /** The lifecycle has finished: writes the head, and the body as far as it is there. */
  private respond(request: RequestState, answered: boolean): void {
    if (this.request !== request || this.phase === 'closed') {
      request.responseBody.clear();
      return;
    }
    if (!answered) {
      this.destroy();
      return;
    }
    this.keepAliveIdle = request.conf.maxKeepAliveIdle;
    const givesWay = this.context.closing || (this.context.handOver !== null && !this.isMovable);
    if (givesWay || !mayStayOpen(request, this.requestCount)) request.keepAlive = false;
    const { output, server } = this.context;
    this.wroteAt = server.clock.monotonicSeconds;
    this.phase = 'writing';
    request.responseStarted = true;
    const head = templateHead(request);
    if (head !== null && !request.conf.logResponseHeader) {
      if (head.length > output.room) output.flush(this.socket);
      output.append(head);
      request.headBytesOut = head.length;
    } else {
      const text = buildHead(request);
      if (request.conf.logResponseHeader) logHead(request, 'resp', text);
      request.headBytesOut = text.length;
      this.appendText(text);
    }
    this.respondBody(request);
    if (!this.isProcessing) output.flush(this.socket);
    if (this.request === null && !this.isProcessing) this.processPending();
  }

  private appendText(text: string): void {
    const { output } = this.context;
    if (text.length > output.room) output.flush(this.socket);
    if (text.length > output.room) this.socket.write(text, 'latin1');
    else output.appendText(text);
  }

  /** A small complete body goes with the head; anything else is sent part by part. */
  private respondBody(request: RequestState): void {
    const { responseBody: body, conf } = request;
    const { output } = this.context;
    if (body.finished && !body.failed && !request.sendChunked && body.parts.length <= 1) {
      const part = body.parts[0];
      if (part === undefined) {
        this.finish(request);
        return;
      }
      const isLimited = conf.connectionBytesPerSecond > 0 || conf.serverBytesPerSecond > 0;
      if (Buffer.isBuffer(part) && part.length <= joinedBodyMax && !isLimited) {
        output.appendLast(part, this.socket);
        request.bodyBytesOut = part.length;
        this.finish(request);
        return;
      }
    }
    this.writer = new BodyWriter(this, request);
    this.writer.pump();
    // the head, where nothing of the body was there to go with it
    output.flush(this.socket);
  }

  bodyWritten(cut: boolean): void {
    const { request } = this;
    this.writer = null;
    if (request === null) return;
    if (cut) request.keepAlive = false;
    this.finish(request);
    if (!this.isProcessing) this.processPending();
  }

  /** The answer is out. */
  private finish(request: RequestState): void {
    const { lifecycle, requests, server } = this.context;
    const staysOpen = request.keepAlive && request.body.finished && this.phase !== 'closed';
    server.counters.bytesOut += request.headBytesOut + request.bodyBytesOut;
    finishRequest(request, lifecycle.slots);
    this.body?.close();
    this.body = null;
    this.request = null;
    requests.release(request);
    this.forgetWaiting();
    if (staysOpen) {
      this.phase = 'reading';
      this.readAt = server.clock.monotonicSeconds;
      if (this.isPaused) this.resumeReading();
      this.context.handOver?.offer(this);
    } else if (this.phase !== 'closed') {
      this.close();
    }
  }

  /** The worker gives way to newer ones: connections that cannot go there close after a short idle time. */
  giveWay(handOver: HandOver, idleSeconds: number): void {
    if (this.isMovable) handOver.offer(this);
    else this.keepAliveIdle = Math.min(this.keepAliveIdle, idleSeconds);
  }

  closeGracefully(): void {
    if (this.isIdle) this.destroy();
  }

  /** Takes the connection from its socket, for another worker. What arrives from now on waits in the kernel. */
  detach(): { state: AdoptedState; handle: ConnectionHandle } {
    const { requestCount, keepAliveIdle, pending } = this;
    const state = { ...this.describe(), requestCount, keepAliveIdle, pending, isLast: false };
    const handle = this.releaseHandle();
    this.closed();
    return { state, handle };
  }

  /** Goes on where another worker has stopped. */
  adopt(state: AdoptedState): void {
    this.restore(state);
    this.keepAliveIdle = state.keepAliveIdle;
    if (state.pending !== null) this.process(Buffer.from(state.pending), state.pending.length);
  }

  private close(): void {
    this.endAnswers();
    this.phase = 'lingering';
    this.pending = null;
  }

  ended(): void {
    this.clientEnded = true;
    this.halfClose?.resolve();
    if (this.phase === 'lingering') {
      this.destroyOnceWritten();
    } else if (this.request === null) {
      // requests that wait for the socket to drain, or an answer that TLS still holds, come first
      if (this.pending !== null && this.isPaused) return;
      if (isBlocked(this.socket)) this.close();
      else this.destroy();
    } else {
      if (this.pending === null) this.request.keepAlive = false;
      this.body?.end();
    }
  }

  closed(): void {
    if (this.isClosed) return;
    const { request } = this;
    this.isClosed = true;
    this.phase = 'closed';
    this.writer?.abandon();
    this.abortion?.resolve();
    this.halfClose?.resolve();
    if (request !== null) {
      this.request = null;
      abandonRequest(request, this.context.lifecycle.slots);
      this.body?.close();
    }
    for (const notice of this.context.lifecycle.slots.connectionClose) notice(this);
    this.onClosed(this);
  }

  takeUnread(): Buffer | null {
    const { pending } = this;
    this.pending = null;
    return pending;
  }

  everySecond(now: number): void {
    this.writer?.nextSecond();
    const reason = timeoutOf(this, now);
    if (reason === null) return;
    const conf = this.request?.conf ?? this.context.server.core.base;
    if (conf.logTimeouts && this.phase !== 'lingering') {
      conf.errorLog.debug('h1.c', `connection closed - ${reason} timeout: ${this.id}`);
    }
    this.destroy();
  }
}
