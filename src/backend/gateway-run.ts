import { HeaderTemplate } from '../http/header-list.js';
import { answerError } from '../plugin/answer.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { BackendAnswer } from './backend-answer.js';
import { BackendConnection, type ConnectionUser } from './backend-connection.js';
import type { BackendHost } from './backend-host.js';
import type { BackendMode } from './backend-options.js';
import type { Endpoint } from './endpoint.js';
import { leavesOpen } from './request-policy.js';
import { RequestSender } from './request-sender.js';
import type { ResponseHead } from './response-head.js';
import type { Wire, WireMaker } from './wire.js';

export interface GatewayRunOptions {
  readonly mode: BackendMode;
  readonly upgrade: boolean;
  readonly streamRequestBody: boolean;
  /** Which endpoint the request gets, and when it is given back, is logged. */
  readonly isDebugged: boolean;
  readonly makeWire: WireMaker;
  /** Shared by all runs: what is in it is copied out at once. */
  readonly readBuffer: Buffer;
  /** A backend that is up, other than `except`; null where none is, and then the request is answered with 503. */
  readonly nextHost: (except: BackendHost | null) => BackendHost | null;
}

/** Methods whose requests can be sent twice without a change (RFC 9110, 9.2.1; RFC 4918). */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']);

/** Refused connections after which a request is given up; one that took too long is tried once more. */
const refusalsMax = 5;
const connectTimeoutsMax = 1;

/** One request on its way to a backend and back (gw_handler_ctx). */
export class GatewayRun implements ConnectionUser {
  readonly mode: BackendMode;
  private readonly request: RequestState;
  private readonly options: GatewayRunOptions;
  private host: BackendHost;
  private endpoint: Endpoint | null = null;
  private connection: BackendConnection | null = null;
  private wire: Wire | null = null;
  private answer: BackendAnswer | null = null;
  private isClosed = false;
  /** The backend has said something since the request was sent to it. */
  private hasAnswered = false;
  /** Where the request is sent once more; null where its answer stands. */
  private repeatAt: BackendHost | null = null;
  /** A connection that waited for it was closed under its hands: this time a new one is made. */
  private wantsNewConnection = false;
  private hasRetried = false;
  private headersBefore: HeaderTemplate | null = null;
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
    this.join(host);
  }

  private join(host: BackendHost): void {
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
    for (;;) {
      const status = await this.connectSomewhere();
      if (this.isClosed) return this.giveUp(HandlerResult.error);
      if (status !== 0) return this.giveUp(answerError(request, status));
      const result = await this.exchange();
      if (this.repeatAt === null) return result;
      this.join(this.repeatAt);
      this.repeatAt = null;
    }
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
    if (this.connection?.isBeingMade) {
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
      const next = this.options.nextHost(null);
      if (next === null) return 503;
      this.release();
      this.join(next);
    }
  }

  private async connect(endpoint: Endpoint): Promise<NodeJS.ErrnoException | null> {
    if (endpoint.ready !== null) await endpoint.ready;
    if (this.isClosed || endpoint.state !== 'running') return noEndpoint;
    return this.connectNow(endpoint);
  }

  private async connectNow(endpoint: Endpoint): Promise<NodeJS.ErrnoException | null> {
    const { host, options } = this;
    this.endpoint = endpoint;
    host.begin(endpoint);
    const waiting = this.isRepeatable && !this.wantsNewConnection ? endpoint.takeIdle() : null;
    if (waiting !== null) {
      waiting.user = this;
      this.connection = waiting;
      this.debug('got', endpoint);
      return null;
    }
    this.connectingSince = this.now();
    const connection = new BackendConnection(endpoint, this, options.readBuffer);
    this.connection = connection;
    const error = await connection.made();
    if (error === null) {
      endpoint.connected.add(1);
      this.debug('got', endpoint);
    } else if (!this.isClosed) host.refused(endpoint, error, this.now());
    endpoint.lastUsed = this.now();
    return error;
  }

  /** Sent twice, the request changes no more than sent once. */
  private get isRepeatable(): boolean {
    const { method, body } = this.request;
    return safeMethods.has(method) && body.length === 0 && this.mode === 'responder';
  }

  /** Sends the request and takes the answer. */
  private async exchange(): Promise<HandlerResult> {
    const { request, host, mode, options } = this;
    const wire = this.newWire();
    this.rememberHeaders();
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
      socket: this.connection!.socket,
      wire,
      withBody: mode !== 'authorizer',
      upgrade: options.upgrade,
      onBodyError: (status) => this.bodyFailed(status),
    });
    this.sender = sender;
    this.isReading = true;
    this.hasAnswered = false;
    this.readingSince = this.now();
    wire.begin?.(answer);
    if (wire.tunnelStatus !== undefined) answer.startTunnel(wire.tunnelStatus);
    else sender.send(opening);
    if (host.backend.settings['tcp-fin-propagate'])
      request.connection.halfClosed.then(() => this.propagateHalfClose());
    return answer.result;
  }

  /** A wire adds to the headers of the request, such as Forwarded: sent once more, it starts from what they were. */
  private rememberHeaders(): void {
    const { headers } = this.request;
    const mayRepeat = this.connection?.isReused || this.host.backend.settings.retry;
    if (this.headersBefore !== null) headers.useTemplate(this.headersBefore);
    else if (mayRepeat && this.isRepeatable) this.headersBefore = HeaderTemplate.of(headers);
  }

  private newWire(): Wire {
    const { request, host, mode, options } = this;
    const keepAlive = leavesOpen(host.backend, mode);
    return options.makeWire({ request, backend: host.backend, mode, upgrade: options.upgrade, keepAlive });
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
    if (this.sender?.bodySent && this.mode !== 'authorizer') this.connection?.socket.end();
  }

  private bodyFailed(status: number): void {
    if (status < 0) this.close();
    else {
      this.request.keepAlive = false;
      this.answer?.fail(status);
    }
  }

  received(bytes: Buffer): void {
    const { answer, wire, connection } = this;
    if (answer === null || wire === null || answer.hasEnded) return;
    this.readingSince = this.now();
    this.hasAnswered = true;
    wire.receive(bytes, answer);
    const room = answer.room();
    if (room === undefined) return;
    this.isReading = false;
    connection?.socket.pause();
    room.then(() => {
      this.readingSince = this.now();
      this.isReading = true;
      this.connection?.socket.resume();
    });
  }

  backendEnded(): void {
    const { answer, wire } = this;
    if (answer === null || wire === null || answer.hasEnded || this.repeats(answer)) return;
    wire.ended(answer);
  }

  broken(error: NodeJS.ErrnoException): void {
    const { answer } = this;
    if (answer === null || answer.hasEnded || this.repeats(answer)) return;
    this.trace(`${error.code === 'EPIPE' ? 'connection was dropped after accept()' : error.message}`);
    if (this.wire?.broken) this.wire.broken(answer);
    else answer.fail(error.code === 'EPIPE' ? 503 : 500);
  }

  /**
   * Without an answer, a request that can be repeated is sent once more: on a new connection where it was sent on one
   * that the backend may have been closing, and else to another backend, where `retry` is on.
   */
  private repeats(answer: BackendAnswer): boolean {
    if (answer.head !== null || !this.isRepeatable || this.wire?.tunnelStatus !== undefined) return false;
    if (this.connection?.isReused && !this.hasAnswered) {
      this.wantsNewConnection = true;
      this.repeatAt = this.host;
    } else if (this.host.backend.settings.retry && !this.hasRetried) {
      this.hasRetried = true;
      this.repeatAt = this.options.nextHost(this.host);
    }
    if (this.repeatAt === null) return false;
    answer.detach();
    return true;
  }

  private connectTimedOut(): void {
    const error: NodeJS.ErrnoException = new Error('Connection timed out');
    error.code = 'ETIMEDOUT';
    this.connection?.giveUp(error);
  }

  private timeOut(direction: 'read' | 'write'): void {
    this.trace(`${direction} timeout`);
    if (this.answer !== null && !this.answer.hasEnded && !this.repeats(this.answer)) this.answer.fail(504);
  }

  private trace(message: string): void {
    const { conf, uri, host } = this.request;
    const where = `socket: ${this.endpoint?.name ?? ''} for ${host ?? ''} ${uri.path}?${uri.query}`;
    conf.errorLog.error('gw_backend.c', `${message} on ${where}`);
  }

  /** Workers do not know the processes of programs. */
  private debug(what: string, { name, load }: Endpoint): void {
    if (!this.options.isDebugged) return;
    const { errorLog } = this.request.conf;
    errorLog.debug('gw_backend.c', `${what} proc: pid: 0 socket: ${name} load: ${load.value}`);
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
    const { connection, endpoint, host } = this;
    const stays = connection !== null && this.leavesOpen(connection);
    this.isReading = false;
    this.sender?.close();
    this.sender = null;
    this.connection = null;
    this.endpoint = null;
    if (endpoint !== null) {
      host.end(endpoint);
      this.debug('released', endpoint);
    }
    connection?.giveUp(noEndpoint);
    if (connection === null || endpoint === null) return;
    if (!stays) connection.destroy();
    else {
      connection.idleSince = this.now();
      connection.socket.resume();
      endpoint.keep(connection, host.backend.settings['keep-alive']);
    }
  }

  /** Can the connection carry another request? */
  private leavesOpen({ socket }: BackendConnection): boolean {
    const { answer, wire, sender, host, endpoint } = this;
    if (!leavesOpen(host.backend, this.mode) || this.isClosed || endpoint?.state !== 'running') return false;
    if (!answer?.hasEnded || !sender?.bodySent || !socket.writable || socket.readableEnded) return false;
    return wire?.leavesOpen?.(answer) ?? false;
  }

  private now(): number {
    return this.request.server.clock.monotonicSeconds;
  }
}

const noEndpoint: NodeJS.ErrnoException = new Error('no backend is running');
