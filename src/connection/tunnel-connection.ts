import type { Socket } from 'node:net';
import { resetRequest } from '../lifecycle/finish.js';
import type { ConnectionActivity, ListenSocket, TunnelHandler } from '../plugin/connection-state.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { ClientConnection, lingerSeconds } from './client-connection.js';
import type { ConnectionContext } from './connection-context.js';
import { BodyWriter, type BodyWriterOwner } from './h1/body-writer.js';
import { Http1RequestBody } from './h1/request-body.js';
import type { BodySource } from './received-body.js';

/** A connection on which no HTTP is spoken: a module answers it byte by byte. */
export class TunnelConnection extends ClientConnection implements BodySource, BodyWriterOwner {
  readonly isIdle = false;
  private readonly onClosed: (connection: TunnelConnection) => void;
  private request: RequestState | null = null;
  private body: Http1RequestBody | null = null;
  private writer: BodyWriter | null = null;
  /** Bytes that came before the module asked for them. */
  private pending: Buffer | null = null;
  /** Second (monotonic) of the answer's end; 0 before. */
  private answeredAt = 0;

  constructor(
    context: ConnectionContext,
    id: number,
    socket: Socket,
    listenSocket: ListenSocket,
    onClosed: (connection: TunnelConnection) => void,
  ) {
    super(context, id, socket, listenSocket);
    this.onClosed = onClosed;
  }

  get activity(): ConnectionActivity {
    return this.writer === null ? 'handle-req' : 'write';
  }

  get requests(): readonly RequestState[] {
    return this.request === null ? [] : [this.request];
  }

  start(handler: TunnelHandler): void {
    const request = this.context.requests.acquire(this);
    this.request = request;
    this.body = new Http1RequestBody(request, this, 0);
    request.body = this.body;
    request.uri.path = '/';
    request.openConditions(false);
    request.conf = this.context.server.core.select(request.conditions);
    handler(request).then(
      (result) => this.respond(request, result),
      () => this.destroy(),
    );
  }

  private respond(request: RequestState, result: HandlerResult): void {
    if (this.request !== request || this.isClosed) return;
    if (result !== HandlerResult.finished || request.handler === null) {
      this.destroy();
      return;
    }
    this.writer = new BodyWriter(this, request);
    this.writer.pump();
  }

  received(buffer: Buffer, count: number): void {
    this.bytesRead += count;
    if (this.answeredAt !== 0) return;
    const data = buffer.subarray(0, count);
    if (this.body?.takesBytes) this.body.feed(data);
    else this.unread(data);
  }

  unread(data: Buffer): void {
    this.pending = this.pending === null ? Buffer.from(data) : Buffer.concat([this.pending, data]);
    this.pauseReading();
  }

  takeUnread(): Buffer | null {
    const { pending } = this;
    this.pending = null;
    return pending;
  }

  override sendContinue(): void {}

  bodyWritten(): void {
    this.writer = null;
    this.answeredAt = this.context.server.clock.monotonicSeconds;
    this.endSocket();
  }

  ended(): void {
    this.clientEnded = true;
    this.halfClose?.resolve();
    this.body?.end();
    if (this.socket.writableFinished) this.destroy();
  }

  closed(): void {
    if (this.isClosed) return;
    const { request } = this;
    this.isClosed = true;
    this.writer?.abandon();
    this.abortion?.resolve();
    this.halfClose?.resolve();
    this.request = null;
    if (request !== null) {
      resetRequest(request, this.context.lifecycle.slots);
      request.responseBody.drop();
    }
    this.body?.close();
    for (const notice of this.context.lifecycle.slots.connectionClose) notice(this);
    this.onClosed(this);
  }

  everySecond(now: number): void {
    this.writer?.nextSecond();
    if (this.answeredAt !== 0 && now - this.answeredAt > lingerSeconds) this.destroy();
  }

  closeGracefully(): void {}

  /** It lives until one of its sides ends it. */
  giveWay(): void {}
}
