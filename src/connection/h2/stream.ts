import type { IpAddress } from '../../http/ip-address.js';
import type { ConnectionActivity, ConnectionState, ListenSocket } from '../../plugin/connection-state.js';
import type { RequestState } from '../../plugin/request-state.js';
import { Deferred } from '../deferred.js';
import type { BodySource } from '../received-body.js';
import type { Http2Connection } from './connection.js';
import { defaultPriority } from './priority.js';
import type { Http2RequestBody } from './request-body.js';
import { streamWindow } from './settings.js';

/** Consumed bytes that are told to the client together. */
const updateSize = 32768;

/**
 * One request and its answer among others on an HTTP/2 connection. Modules see it as the request's connection: what is
 * of the connection as a whole it passes on.
 */
export class Http2Stream implements ConnectionState, BodySource {
  readonly connection: Http2Connection;
  readonly streamId: number;
  /** Set as soon as there is one. */
  request!: RequestState;
  readonly requestCount: number;
  readonly preread = null;
  readonly tunnel = null;
  body: Http2RequestBody | null = null;
  /** The client has ended its side of the stream. */
  clientEnded = false;
  /** The client wants WebSocket frames to go to and fro (RFC 8441). */
  wantsTunnel = false;
  /** Nothing more is sent or taken. */
  isClosed = false;
  /** The head is out, and the body follows. */
  isSending = false;
  /** Content-Length of the answer; -1 where it has none, or nothing follows it. */
  announcedLength = -1;
  /** Bytes that the client takes from us; below 0 where its settings have made the window smaller. */
  sendWindow: number;
  /** Bytes that the client may still send. */
  receiveWindow = streamWindow;
  /** Less goes first. */
  priority = defaultPriority;
  /** The priority that the server gives it by itself, and says so. */
  ownPriority: number | null = null;
  private isPaused = false;
  /** Bytes taken and not yet told to the client. */
  private consumed = 0;
  private abortion: Deferred | null = null;

  constructor(connection: Http2Connection, streamId: number) {
    this.connection = connection;
    this.streamId = streamId;
    this.sendWindow = connection.peer.initialWindow;
    this.requestCount = connection.requestCount;
  }

  get id(): number {
    return this.connection.id;
  }

  get listenSocket(): ListenSocket {
    return this.connection.listenSocket;
  }

  get peerAddress(): IpAddress {
    return this.connection.peerAddress;
  }

  get peerPort(): number {
    return this.connection.peerPort;
  }

  get localAddress(): string {
    return this.connection.localAddress;
  }

  get localPort(): number {
    return this.connection.localPort;
  }

  get isTls(): boolean {
    return this.connection.isTls;
  }

  get scheme(): 'http' | 'https' {
    return this.connection.scheme;
  }

  get bytesRead(): number {
    return this.connection.bytesRead;
  }

  get bytesWritten(): number {
    return this.connection.bytesWritten;
  }

  get activity(): ConnectionActivity {
    return this.connection.activity;
  }

  get requests(): readonly RequestState[] {
    return this.connection.requests;
  }

  get moduleData(): unknown[] {
    return this.connection.moduleData;
  }

  get aborted(): Promise<void> {
    this.abortion ??= new Deferred(this.isClosed);
    return this.abortion.promise;
  }

  /** A stream that the client gives up is what a closed side is on HTTP/1.1. */
  get halfClosed(): Promise<void> {
    return this.aborted;
  }

  sendInterim(status: number, headers: readonly (readonly [string, string])[]): void {
    if (!this.isClosed) this.connection.sender.interim(this, status, headers);
  }

  sendContinue(): void {
    this.sendInterim(100, []);
  }

  /** Bytes of a body came in: they count until somebody has room for more. */
  consume(count: number): void {
    this.consumed += count;
    this.receiveWindow -= count;
    if (!this.isPaused && this.consumed >= updateSize) this.openWindow();
  }

  pauseReading(): void {
    this.isPaused = true;
  }

  resumeReading(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.openWindow();
  }

  private openWindow(): void {
    if (this.consumed === 0 || this.clientEnded || this.isClosed) return;
    const count = this.consumed;
    this.consumed = 0;
    this.receiveWindow += count;
    this.connection.openWindow(this.streamId, count);
  }

  unread(): void {}

  takeUnread(): null {
    return null;
  }

  /** Does the client owe bytes that somebody waits for? */
  get isReading(): boolean {
    return !this.isPaused && (this.body?.isReading ?? false);
  }

  /** The stream has ended, and not by its answer. */
  abort(): void {
    this.isClosed = true;
    this.request.responseBody.onChange = null;
    this.abortion?.resolve();
    this.body?.end();
  }
}
