import { HpackDecoder } from '../../http/hpack/decoder.js';
import type { ConnectionActivity } from '../../plugin/connection-state.js';
import type { RequestState } from '../../plugin/request-state.js';
import { ClientConnection, lingerSeconds } from '../client-connection.js';
import type { ConnectionContext } from '../connection-context.js';
import { isBlocked, queuedBytes, whenDrained } from '../direct-write.js';
import type { HandOver } from '../hand-over.js';
import { FloodGuard } from './flood-guard.js';
import { FrameHandler } from './frame-handler.js';
import { FrameOutput } from './frame-output.js';
import { FrameReader } from './frame-reader.js';
import {
  ErrorCode,
  farewell,
  frameHeaderSize,
  Http2Error,
  preface,
  readFrameLength,
  streamIdMax,
  windowAtStart,
} from './frames.js';
import { RequestStreams } from './request-streams.js';
import { StreamSender } from './sender.js';
import { PeerSettings, serverPreface } from './settings.js';

/** Bytes for a client that does not read, beyond which its frames have to wait. */
const queuedMax = 262144;

/** One HTTP/2 connection: reads frames, hands requests to the lifecycle, shares the wire among their answers. */
export class Http2Connection extends ClientConnection {
  readonly decoder = new HpackDecoder();
  readonly peer = new PeerSettings();
  readonly guard = new FloodGuard();
  readonly output: FrameOutput;
  readonly sender: StreamSender;
  readonly streams: RequestStreams;
  /** Bytes that the client takes from us on all streams together. */
  sendWindow = windowAtStart;
  keepAliveIdle: number;
  /** No further requests are taken. */
  isLeaving = false;

  private readonly onClosed: (connection: Http2Connection) => void;
  private readonly handler: FrameHandler;
  private readonly reader: FrameReader;
  private prefaceAt = 0;
  /** Bytes that arrived and are not used yet. */
  private pending: Buffer | null = null;
  private isProcessing = false;
  /** Ticks of the clock since the client was told that the connection will end; -1 before. */
  private ticksSinceFarewell = -1;
  private isLingering = false;

  /** Goes on with a connection that spoke, or was to speak, HTTP/1.x. */
  constructor(
    context: ConnectionContext,
    from: ClientConnection,
    onClosed: (connection: Http2Connection) => void,
  ) {
    super(context, from.id, from.socket, from.listenSocket, from);
    this.onClosed = onClosed;
    this.output = new FrameOutput(context, this);
    this.sender = new StreamSender(this, context);
    this.streams = new RequestStreams(this, context);
    this.handler = new FrameHandler(this, this.streams, context);
    this.reader = new FrameReader(this.handler);
    this.keepAliveIdle = context.server.core.base.maxKeepAliveIdle;
    context.output.flush(this.socket);
    context.output.append(serverPreface);
    context.output.flush(this.socket);
  }

  get isIdle(): boolean {
    return this.streams.count === 0;
  }

  get activity(): ConnectionActivity {
    if (this.isLingering) return 'close';
    if (this.isIdle) return this.requestCount > 0 ? 'keep-alive' : 'read';
    return this.streams.open.some(({ isSending }) => isSending) ? 'write' : 'handle-req';
  }

  get requests(): readonly RequestState[] {
    return this.streams.open.map(({ request }) => request);
  }

  received(buffer: Buffer, count: number): void {
    this.bytesRead += count;
    this.take(buffer, count);
  }

  /** A request that asked for HTTP/2 goes on here; the client's settings came with it, in base64url. */
  takeOver(request: RequestState, settings: string): void {
    this.handler.lastStreamId = 1;
    try {
      if (!/^[\w-]*$/.test(settings)) throw new Http2Error(ErrorCode.protocolError, 'HTTP2-Settings');
      this.peer.apply(Buffer.from(settings, 'base64url'));
      this.streams.takeOver(request);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.fail(error);
    }
  }

  /** Bytes that have been counted. */
  take(buffer: Buffer, count: number): void {
    if (this.isLingering || this.isClosed) return;
    if (this.pending === null) {
      this.process(buffer, count);
    } else {
      const data = Buffer.concat([this.pending, buffer.subarray(0, count)]);
      this.process(data, data.length);
    }
  }

  /** Reads every frame that the data holds whole, and keeps the rest. */
  private process(data: Buffer, end: number): void {
    this.pending = null;
    this.isProcessing = true;
    let at = this.takePreface(data, end);
    while (at < end && !this.isLingering && queuedBytes(this.socket) <= queuedMax) {
      const used = this.readFrame(data, at, end);
      if (used === 0) break;
      at += used;
    }
    this.streams.startArrived();
    this.isProcessing = false;
    if (at < end && !this.isLingering && !this.isClosed) this.keepForLater(data.subarray(at, end));
    this.sender.pump();
    // (which may have to wait; what was written by now must not wait for another connection's turn)
    this.settle();
  }

  private readFrame(data: Buffer, at: number, end: number): number {
    try {
      return this.reader.read(data, at, end);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      if (error.streamId === 0) {
        this.fail(error);
        return end - at;
      }
      this.resetById(error.streamId, error.code);
      return frameHeaderSize + readFrameLength(data, at);
    }
  }

  private takePreface(data: Buffer, end: number): number {
    let at = 0;
    while (at < end && this.prefaceAt < preface.length) {
      if (data[at++] === preface.charCodeAt(this.prefaceAt++)) continue;
      this.fail(new Http2Error(ErrorCode.protocolError, 'no preface'));
      return end;
    }
    return at;
  }

  private keepForLater(rest: Buffer): void {
    this.pending = Buffer.from(rest);
    if (queuedBytes(this.socket) <= queuedMax) return;
    // a client that does not read the answers is not read, either
    this.pauseReading();
    whenDrained(this.socket, () => this.processPending());
  }

  private processPending(): void {
    const { pending } = this;
    if (pending === null || this.isLingering || this.isClosed) return;
    this.resumeReading();
    this.process(pending, pending.length);
  }

  /** After each change: what was written goes out. */
  settle(): void {
    if (this.isProcessing) return;
    this.flush();
    if (this.isLeaving && this.isIdle && !this.isLingering) this.close();
  }

  flush(): void {
    this.context.output.flush(this.socket);
  }

  /** Reads a block of fields, which has to be done even where nobody wants it. */
  decode(block: Buffer, start: number, end: number): void {
    if (!this.decoder.decode(block, start, end))
      throw new Http2Error(ErrorCode.compressionError, 'a block of fields that cannot be read');
  }

  /** Lets the client send more on a stream. */
  openWindow(streamId: number, count: number): void {
    this.output.windowUpdate(streamId, count);
    this.settle();
  }

  /** Ends a stream that may have gone already. */
  resetById(streamId: number, code: number): void {
    const stream = this.streams.find(streamId);
    if (stream !== null) {
      this.streams.reset(stream, code);
      return;
    }
    this.output.reset(streamId, code);
    this.streams.ended.add(streamId, true);
    this.provoked();
  }

  /** A stream had to be reset for a fault of the client. */
  provoked(): void {
    if (this.guard.provokedReset(this.context.server.clock.monotonicSeconds))
      this.leaveSuspect('triggered too many RST_STREAM too quickly');
  }

  leaveSuspect(what: string): void {
    if (!this.isLeaving) this.log(what);
    this.goAway();
  }

  private log(what: string): void {
    this.context.server.errorLog.error('h2.c', `h2: ${this.peerAddress.text} ${what}`);
  }

  /** Takes no further requests; the connection closes once those under way are answered. */
  goAway(): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.output.goAway(this.handler.lastStreamId, ErrorCode.noError);
    this.settle();
  }

  /** The client broke the protocol: it is told so, and the connection closes. */
  private fail(error: Http2Error): void {
    if (error.code === ErrorCode.enhanceYourCalm) this.log(error.message);
    this.output.goAway(this.handler.lastStreamId, error.code);
    this.isLeaving = true;
    this.streams.dropAll();
    this.close();
  }

  private close(): void {
    if (this.isLingering || this.isClosed) return;
    this.endAnswers();
    this.isLingering = true;
    this.pending = null;
  }

  /**
   * The worker stops, or gives way to newer ones: the client is told that the connection ends, and requests that are on
   * their way meanwhile are still answered (RFC 9113, 6.8).
   */
  closeGracefully(): void {
    if (this.ticksSinceFarewell >= 0 || this.isLeaving || this.isClosed) return;
    this.ticksSinceFarewell = 0;
    this.output.goAway(streamIdMax, ErrorCode.noError);
    this.output.ping(farewell, false);
    this.settle();
  }

  /** The client has seen that the connection ends: what it had sent before has come. */
  farewellHeard(): void {
    if (this.ticksSinceFarewell >= 0) this.goAway();
  }

  giveWay(_handOver: HandOver, _idleSeconds: number): void {
    this.closeGracefully();
  }

  ended(): void {
    this.clientEnded = true;
    this.halfClose?.resolve();
    if (this.isLingering) {
      this.destroyOnceWritten();
    } else if (this.isIdle) {
      if (isBlocked(this.socket)) this.close();
      else this.destroy();
    } else {
      this.isLeaving = true;
      for (const { body } of this.streams.open) body?.end();
    }
  }

  closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.abortion?.resolve();
    this.halfClose?.resolve();
    this.streams.dropAll();
    for (const notice of this.context.lifecycle.slots.connectionClose) notice(this);
    this.onClosed(this);
  }

  everySecond(now: number): void {
    this.guard.everySecond();
    this.sender.nextSecond();
    // one to two seconds; the clock's own seconds may be two further on at one tick
    if (this.ticksSinceFarewell >= 0 && ++this.ticksSinceFarewell > 1) this.goAway();
    const reason = this.isClosed ? null : this.lateness(now);
    if (reason === null) return;
    const { conf } = this.streams.open[0]?.request ?? { conf: this.context.server.core.base };
    if (conf.logTimeouts && reason !== 'linger')
      conf.errorLog.debug('h2.c', `connection closed - ${reason} timeout: ${this.id}`);
    if (reason === 'keep-alive') this.goAway();
    else this.destroy();
  }

  /** What has been waited for too long; null where nothing has (h2_check_timeout). */
  private lateness(now: number): string | null {
    const { open } = this.streams;
    const idleSeconds = now - this.readAt;
    if (this.isLingering) return idleSeconds > lingerSeconds ? 'linger' : null;
    if (open.length === 0) return idleSeconds > this.keepAliveIdle ? 'keep-alive' : null;
    for (const { isReading, isSending, request } of open) {
      if (isReading && idleSeconds > request.conf.maxReadIdle) return 'read';
      if (isSending && now - this.wroteAt > request.conf.maxWriteIdle) return 'write';
    }
    return null;
  }
}
