import { connect, type Socket } from 'node:net';
import { answerError } from '../plugin/answer.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { BackendAnswer } from './backend-answer.js';
import type { BackendHost } from './backend-host.js';
import type { BackendMode } from './backend-options.js';
import type { Endpoint } from './endpoint.js';
import { RequestSender } from './request-sender.js';
import type { ResponseHead } from './response-head.js';
import type { Wire, WireMaker } from './wire.js';

export interface GatewayRunOptions {
  readonly mode: BackendMode;
  readonly upgrade: boolean;
  readonly streamRequestBody: boolean;
  readonly makeWire: WireMaker;
  /** Shared by all runs: what is in it is copied out at once. */
  readonly readBuffer: Buffer;
  /** Another backend that is up; null where none is, and then the request is answered with 503. */
  readonly nextHost: () => BackendHost | null;
}

/** Refused connections after which a request is given up; one that took too long is tried once more. */
const refusalsMax = 5;
const connectTimeoutsMax = 1;

/** One request on its way to a backend and back (gw_handler_ctx). */
export class GatewayRun {
  readonly mode: BackendMode;
  private readonly request: RequestState;
  private readonly options: GatewayRunOptions;
  private host: BackendHost;
  private endpoint: Endpoint | null = null;
  private socket: Socket | null = null;
  private wire: Wire | null = null;
  private answer: BackendAnswer | null = null;
  private isClosed = false;
  /** Ends the wait for a connection; null where none is being made. */
  private connectEnded: ((error: NodeJS.ErrnoException | null) => void) | null = null;
  private sender: RequestSender | null = null;
  /** Monotonic seconds: since when the backend has said nothing, and since when it is waited for. */
  private readingSince = 0;
  private connectingSince = 0;
  private isReading = false;

  constructor(request: RequestState, host: BackendHost, options: GatewayRunOptions) {
    this.request = request;
    this.options = options;
    this.mode = options.mode;
    this.host = host;
    host.load.add(1);
    host.runs.add(this);
  }

  async start(): Promise<HandlerResult> {
    const { request } = this;
    const refusal = await this.readBody();
    if (this.isClosed || refusal < 0) return this.giveUp(HandlerResult.error);
    if (refusal > 0) {
      request.keepAlive = false;
      return this.giveUp(answerError(request, refusal));
    }
    const status = await this.connectSomewhere();
    if (this.isClosed) return this.giveUp(HandlerResult.error);
    if (status !== 0) return this.giveUp(answerError(request, status));
    return this.exchange();
  }

  /** The request is over, whatever the backend still does. */
  close(): void {
    this.isClosed = true;
    this.answer?.detach();
    this.release();
  }

  checkTimeouts(now: number): void {
    this.wire?.tick?.(now);
    const { settings } = this.host.backend;
    const readTimeout = settings['read-timeout'];
    const writeTimeout = settings['write-timeout'];
    const connectTimeout = settings['connect-timeout'];
    const stalledSince = this.sender?.stalledSince ?? -1;
    if (this.connectEnded !== null) {
      if (connectTimeout > 0 && now - this.connectingSince > connectTimeout) this.connectTimedOut();
    } else if (readTimeout > 0 && this.isReading && now - this.readingSince > readTimeout) {
      this.timeOut('read');
    } else if (writeTimeout > 0 && stalledSince >= 0 && now - stalledSince > writeTimeout) {
      this.timeOut('write');
    }
  }

  /** 0, the status to answer with, or -1 where the client has gone. */
  private async readBody(): Promise<number> {
    const { request } = this;
    const { body } = request;
    if (this.mode === 'authorizer' || body.length === 0) return 0;
    if (!this.options.streamRequestBody || this.newWire().tunnelStatus !== undefined) return body.collect();
    const status = body.takeArrived();
    if (status !== 0) return status;
    return body.length >= 0 || this.newWire().takesUnknownLength ? 0 : 411;
  }

  /** Tries one backend after the other; 0 once connected, or the status to answer with. */
  private async connectSomewhere(): Promise<number> {
    let refusals = 0;
    let timeouts = 0;
    for (;;) {
      const endpoint = this.host.leastBusy();
      const error = endpoint === null ? noEndpoint : await this.connect(endpoint);
      if (error === null || this.isClosed) return 0;
      if (error.code === 'ETIMEDOUT' ? timeouts++ >= connectTimeoutsMax : refusals++ >= refusalsMax)
        return 503;
      const next = this.options.nextHost();
      if (next === null) return 503;
      this.moveTo(next);
    }
  }

  private moveTo(host: BackendHost): void {
    this.leaveEndpoint();
    this.host.load.add(-1);
    this.host.runs.delete(this);
    this.host = host;
    host.load.add(1);
    host.runs.add(this);
  }

  private async connect(endpoint: Endpoint): Promise<NodeJS.ErrnoException | null> {
    if (endpoint.ready !== null) await endpoint.ready;
    if (this.isClosed || endpoint.state !== 'running') return noEndpoint;
    return this.connectNow(endpoint);
  }

  private connectNow(endpoint: Endpoint): Promise<NodeJS.ErrnoException | null> {
    const { host, options } = this;
    this.endpoint = endpoint;
    this.connectingSince = this.now();
    host.begin(endpoint);
    const socket = connect({
      ...endpoint.connectOptions,
      allowHalfOpen: true,
      noDelay: true,
      onread: {
        buffer: options.readBuffer,
        // the buffer is used again after this call
        callback: (length, buffer) => this.received(Buffer.from(buffer.subarray(0, length))),
      },
    });
    this.socket = socket;
    return new Promise((resolve) => {
      const ended = (error: NodeJS.ErrnoException | null): void => {
        if (this.connectEnded !== ended) return;
        this.connectEnded = null;
        if (error === null) endpoint.connected.add(1);
        else {
          socket.destroy();
          if (!this.isClosed) host.refused(endpoint, error, this.now());
        }
        endpoint.lastUsed = this.now();
        resolve(error);
      };
      this.connectEnded = ended;
      socket.on('connect', () => ended(null));
      socket.on('error', (error) =>
        this.connectEnded === ended ? ended(error) : this.broken(socket, error),
      );
      socket.on('end', () => this.backendEnded(socket));
    });
  }

  /** Sends the request and takes the answer. */
  private async exchange(): Promise<HandlerResult> {
    const { request, host, mode, options } = this;
    const wire = this.newWire();
    const opening = wire.open();
    if (typeof opening === 'number') return this.giveUp(answerError(request, opening));
    this.wire = wire;
    const answer = new BackendAnswer(request, {
      kind: wire.kind,
      authorizer: mode === 'authorizer',
      upgrade: options.upgrade,
      localRedirect: false,
      sendfile: host.backend.sendfile ? { docroots: host.backend.settings['x-sendfile-docroot'] } : null,
      onHead: (head) => this.headArrived(head),
      onEnd: () => this.release(),
    });
    this.answer = answer;
    const sender = new RequestSender({
      request,
      socket: this.socket!,
      wire,
      withBody: mode !== 'authorizer',
      upgrade: options.upgrade,
      onBodyError: (status) => this.bodyFailed(status),
    });
    this.sender = sender;
    this.isReading = true;
    this.readingSince = this.now();
    wire.begin?.(answer);
    if (wire.tunnelStatus !== undefined) answer.startTunnel(wire.tunnelStatus);
    else sender.send(opening);
    if (host.backend.settings['tcp-fin-propagate'])
      request.connection.halfClosed.then(() => this.propagateHalfClose());
    return answer.result;
  }

  private newWire(): Wire {
    const { request, host, mode, options } = this;
    return options.makeWire({ request, backend: host.backend, mode, upgrade: options.upgrade });
  }

  private headArrived(head: ResponseHead): void {
    this.wire?.onHead?.(head);
    if (head.upgraded) this.openTunnel();
    else this.sender?.declineUpgrade();
  }

  private openTunnel(): void {
    this.request.keepAlive = false;
    this.sender?.tunnel().then(
      () => {
        if (this.wire?.isOver) this.answer?.end();
      },
      () => this.close(),
    );
  }

  private propagateHalfClose(): void {
    if (this.sender?.bodySent && this.mode !== 'authorizer') this.socket?.end();
  }

  private bodyFailed(status: number): void {
    if (status < 0) this.close();
    else {
      this.request.keepAlive = false;
      this.answer?.fail(status);
    }
  }

  private received(bytes: Buffer): boolean {
    const { answer, wire, socket } = this;
    if (answer === null || wire === null || answer.hasEnded) return true;
    this.readingSince = this.now();
    wire.receive(bytes, answer);
    const room = answer.room();
    if (room === undefined) return true;
    this.isReading = false;
    socket?.pause();
    room.then(() => {
      this.readingSince = this.now();
      this.isReading = true;
      this.socket?.resume();
    });
    return true;
  }

  private backendEnded(socket: Socket): void {
    if (socket !== this.socket || this.answer === null) return;
    if (this.wire !== null && !this.answer.hasEnded) this.wire.ended(this.answer);
  }

  /** The connection broke after it had been made. */
  private broken(socket: Socket, error: NodeJS.ErrnoException): void {
    const { answer } = this;
    if (socket !== this.socket || answer === null || answer.hasEnded) return;
    this.trace(`${error.code === 'EPIPE' ? 'connection was dropped after accept()' : error.message}`);
    if (this.wire?.broken) this.wire.broken(answer);
    else answer.fail(error.code === 'EPIPE' ? 503 : 500);
  }

  private connectTimedOut(): void {
    const error: NodeJS.ErrnoException = new Error('Connection timed out');
    error.code = 'ETIMEDOUT';
    this.connectEnded?.(error);
  }

  private timeOut(direction: 'read' | 'write'): void {
    this.trace(`${direction} timeout`);
    this.answer?.fail(504);
  }

  private trace(message: string): void {
    const { conf, uri, host } = this.request;
    const where = `socket: ${this.endpoint?.name ?? ''} for ${host ?? ''} ${uri.path}?${uri.query}`;
    conf.errorLog.error('gw_backend.c', `${message} on ${where}`);
  }

  private giveUp(result: HandlerResult): HandlerResult {
    this.release();
    return result;
  }

  /** Gives connection and places back; may be called more than once. */
  private release(): void {
    this.leaveEndpoint();
    if (!this.host.runs.delete(this)) return;
    this.host.load.add(-1);
  }

  private leaveEndpoint(): void {
    const { socket, endpoint, host } = this;
    this.isReading = false;
    this.sender?.close();
    this.sender = null;
    this.socket = null;
    this.endpoint = null;
    socket?.destroy();
    this.connectEnded?.(noEndpoint);
    if (endpoint !== null) host.end(endpoint);
  }

  private now(): number {
    return this.request.server.clock.monotonicSeconds;
  }
}

const noEndpoint: NodeJS.ErrnoException = new Error('no backend is running');
