import { createHash } from 'node:crypto';
import { hasToken } from '../http/tokens.js';
import type { RequestState } from '../plugin/request-state.js';
import type { BackendAnswer } from './backend-answer.js';
import { CloseCode, closeFrame, makeFrame, Opcode, WebSocketReader } from './websocket-reader.js';
import type { Wire, WireTarget } from './wire.js';

/** Appended to a client's key before it is hashed (RFC 6455, 1.3). */
const keySuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const pingPayload = Buffer.from('ping');
const nothing = Buffer.alloc(0);

export interface WebSocketOptions {
  readonly isBinary: boolean;
  /** Seconds; 0: no pings. */
  readonly pingInterval: number;
  /** Are the client's mistakes logged? */
  readonly isDebugged: boolean;
}

/**
 * A WebSocket connection whose frames end here: the backend gets their content, and what it sends goes to the client in
 * frames of its own.
 */
export class WebSocketWire implements Wire {
  readonly kind = 'proxy';
  readonly tunnelStatus = 101;
  readonly takesUnknownLength = true;
  readonly bodyEnd = null;
  private readonly request: RequestState;
  private readonly options: WebSocketOptions;
  private readonly opcode: number;
  private readonly reader: WebSocketReader;
  private answer: BackendAnswer | null = null;
  /** Content for the backend, of the frames that are being read. */
  private content: Buffer[] = [];
  private hasSentClose = false;
  /** Monotonic seconds. */
  private heardAt: number;
  private pingedAt: number;

  constructor({ request }: WireTarget, options: WebSocketOptions) {
    this.request = request;
    this.options = options;
    this.opcode = options.isBinary || subprotocol(request) === 'binary' ? Opcode.binary : Opcode.text;
    this.reader = new WebSocketReader({
      data: (content) => this.content.push(content),
      ping: (payload) => this.answer?.feed(makeFrame(Opcode.pong, payload)),
    });
    this.heardAt = request.server.clock.monotonicSeconds;
    this.pingedAt = this.heardAt;
  }

  /** Nothing goes to the backend before the first frame; the handshake is this server's own. */
  open(): Buffer | number {
    const { headers, responseHeaders } = this.request;
    const key = headers.get('sec-websocket-key');
    if (key === undefined) return 400;
    const accept = createHash('sha1').update(`${key}${keySuffix}`, 'latin1').digest('base64');
    responseHeaders.set('Upgrade', 'websocket');
    responseHeaders.set('Sec-WebSocket-Accept', accept);
    const protocol = subprotocol(this.request);
    if (protocol !== null) responseHeaders.set('Sec-WebSocket-Protocol', protocol);
    return nothing;
  }

  begin(answer: BackendAnswer): void {
    this.answer = answer;
  }

  get isOver(): boolean {
    return this.hasSentClose;
  }

  frame(bytes: Buffer): readonly Buffer[] {
    const { reader, options, request } = this;
    this.heardAt = request.server.clock.monotonicSeconds;
    this.content = [];
    reader.read(bytes);
    if (reader.closeCode !== 0) {
      if (options.isDebugged && reader.problem !== '')
        request.conf.errorLog.error('mod_wstunnel.c', reader.problem);
      this.sendClose(reader.closeCode);
    }
    return this.content;
  }

  receive(bytes: Buffer, answer: BackendAnswer): void {
    if (!this.hasSentClose) answer.feed(makeFrame(this.opcode, bytes));
  }

  ended(answer: BackendAnswer): void {
    this.sendClose(CloseCode.goingAway);
    answer.end();
  }

  broken(answer: BackendAnswer): void {
    this.sendClose(CloseCode.internalError);
    answer.end();
  }

  /** Pings the client, and ends a connection on which it has been silent for `server.max-read-idle`. */
  tick(now: number): void {
    const { pingInterval } = this.options;
    if (now + 1 - this.heardAt > this.request.conf.maxReadIdle) {
      this.sendClose(CloseCode.goingAway);
      this.answer?.end();
    } else if (pingInterval > 0 && this.pingedAt + pingInterval <= now) {
      this.pingedAt = now;
      this.answer?.feed(makeFrame(Opcode.ping, pingPayload));
    }
  }

  private sendClose(code: number): void {
    if (this.hasSentClose) return;
    this.hasSentClose = true;
    this.answer?.feed(closeFrame(code));
  }
}

/** The one of those offered that this server knows; the names are those of older clients. */
function subprotocol({ headers }: RequestState): string | null {
  const offered = headers.get('sec-websocket-protocol') ?? '';
  return ['binary', 'base64'].find((name) => hasToken(offered, name)) ?? null;
}
