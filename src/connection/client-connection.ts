import type { Socket } from 'node:net';
import { type IpAddress, noAddress, parseIpAddress } from '../http/ip-address.js';
import { statusLine } from '../http/status.js';
import type {
  ConnectionActivity,
  ConnectionState,
  ListenSocket,
  Preread,
  TunnelHandler,
} from '../plugin/connection-state.js';
import type { RequestState } from '../plugin/request-state.js';
import type { AdoptedState, ConnectionHandle } from './adopted-state.js';
import type { ConnectionContext } from './connection-context.js';
import { Deferred } from './deferred.js';
import type { OutputBatch } from './output-batch.js';
import type { ReadBuffers } from './read-buffers.js';
import type { ServerTraffic } from './traffic-limit.js';
import type { WriteTurns } from './write-turns.js';

/** Seconds that a closing connection is still read, so that the client sees the whole answer. */
export const lingerSeconds = 5;

/** What a connection is, whatever protocol is spoken on it. */
export abstract class ClientConnection implements ConnectionState {
  readonly id: number;
  /** Replaced once, where TLS begins. */
  socket: Socket;
  readonly listenSocket: ListenSocket;
  peerAddress: IpAddress;
  peerPort: number;
  scheme: 'http' | 'https';
  preread: Preread | null = null;
  tunnel: TunnelHandler | null = null;
  requestCount = 0;
  bytesRead = 0;
  readonly moduleData: unknown[];
  isPaused = false;
  /** Second (monotonic) of the last byte that came, or of the end of the last answer. */
  readAt: number;
  /** Second (monotonic) of the last byte that went. */
  wroteAt = 0;

  protected readonly context: ConnectionContext;
  protected isClosed = false;
  /** The client has closed its side. */
  protected clientEnded = false;
  protected abortion: Deferred | null = null;
  protected halfClose: Deferred | null = null;

  /** `from`: the connection that this one goes on with in another protocol. */
  constructor(
    context: ConnectionContext,
    id: number,
    socket: Socket,
    listenSocket: ListenSocket,
    from?: ClientConnection,
  ) {
    this.context = context;
    this.id = id;
    this.socket = socket;
    this.listenSocket = listenSocket;
    this.peerAddress = parseIpAddress(socket.remoteAddress ?? '') ?? noAddress;
    this.peerPort = socket.remotePort ?? 0;
    this.scheme = listenSocket.isTls ? 'https' : 'http';
    this.readAt = context.server.clock.monotonicSeconds;
    this.moduleData = from?.moduleData ?? [];
    if (from === undefined) return;
    this.peerAddress = from.peerAddress;
    this.peerPort = from.peerPort;
    this.scheme = from.scheme;
    this.bytesRead = from.bytesRead;
    this.requestCount = from.requestCount;
  }

  /** Streams of HTTP/2 have theirs. */
  get streamId(): number {
    return 0;
  }

  abstract get activity(): ConnectionActivity;
  abstract get requests(): readonly RequestState[];
  /** The first `count` bytes of a buffer have arrived; it is used again after this call. */
  abstract received(buffer: Buffer, count: number): void;
  /** The client has closed its side. */
  abstract ended(): void;
  /** The socket has gone, for whatever reason. */
  abstract closed(): void;
  /** The server stops: what waits for a request ends now, the rest after its answer. */
  abstract closeGracefully(): void;
  /** Once a second: traffic limits start anew, and whoever waits too long is closed. */
  abstract everySecond(now: number): void;

  get isTls(): boolean {
    return this.listenSocket.isTls;
  }

  get localAddress(): string {
    return this.socket.localAddress ?? this.listenSocket.address;
  }

  get localPort(): number {
    return this.socket.localPort ?? this.listenSocket.port;
  }

  get bytesWritten(): number {
    return this.socket.bytesWritten;
  }

  /** Seconds; before a request is known the global setting holds. */
  get maxReadIdle(): number {
    return this.context.server.core.base.maxReadIdle;
  }

  get outputBatch(): OutputBatch {
    return this.context.output;
  }

  get buffers(): ReadBuffers {
    return this.context.buffers;
  }

  get traffic(): ServerTraffic {
    return this.context.traffic;
  }

  get turns(): WriteTurns {
    return this.context.turns;
  }

  get aborted(): Promise<void> {
    this.abortion ??= new Deferred(this.isClosed);
    return this.abortion.promise;
  }

  get halfClosed(): Promise<void> {
    this.halfClose ??= new Deferred(this.clientEnded);
    return this.halfClose.promise;
  }

  /** Nobody waits any more for what becomes of a request that is over: a connection may live for millions of them. */
  protected forgetWaiting(): void {
    this.abortion = null;
    this.halfClose = null;
  }

  pauseReading(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.socket.pause();
  }

  resumeReading(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.readAt = this.context.server.clock.monotonicSeconds;
    this.socket.resume();
  }

  sendInterim(status: number, headers: readonly (readonly [string, string])[]): void {
    const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.context.output.flush(this.socket);
    this.socket.write(`HTTP/1.1 ${statusLine(status)}\r\n${fields}\r\n`, 'latin1');
  }

  sendContinue(): void {
    this.sendInterim(100, []);
  }

  /** What another worker needs to know of it, but for its protocol's own matters. */
  protected describe() {
    const { listenSocket, bytesRead, peerAddress, peerPort, scheme } = this;
    const idleSeconds = this.context.server.clock.monotonicSeconds - this.readAt;
    return { listenSocket, bytesRead, peerAddress: peerAddress.text, peerPort, scheme, idleSeconds };
  }

  protected restore(state: AdoptedState): void {
    this.requestCount = state.requestCount;
    this.bytesRead = state.bytesRead;
    this.readAt -= state.idleSeconds;
    this.peerAddress = parseIpAddress(state.peerAddress) ?? noAddress;
    this.peerPort = state.peerPort;
    this.scheme = state.scheme;
  }

  /** Takes the handle from the socket, which would otherwise go on reading, and lose what it read. */
  protected releaseHandle(): ConnectionHandle {
    const owner = this.socket as unknown as { _handle: ConnectionHandle };
    const handle = owner._handle;
    this.socket.pause();
    handle.readStop();
    owner._handle = null as never;
    return handle;
  }

  /** Ends our side, and reads on for a while: a reset would take the answer from the client. */
  protected endAnswers(): void {
    for (const notice of this.context.lifecycle.slots.connectionShutWr) notice(this);
    this.readAt = this.context.server.clock.monotonicSeconds;
    this.context.output.flush(this.socket);
    this.endSocket();
  }

  protected endSocket(): void {
    if (this.isPaused) this.resumeReading();
    this.socket.end();
    if (this.clientEnded) this.destroyOnceWritten();
  }

  protected destroyOnceWritten(): void {
    if (this.socket.writableFinished) this.destroy();
    else this.socket.once('finish', () => this.destroy());
  }

  wroteBytes(_count: number): void {
    this.wroteAt = this.context.server.clock.monotonicSeconds;
  }

  /** Gives the connection up at once. */
  destroy(): void {
    this.socket.destroy();
  }
}
