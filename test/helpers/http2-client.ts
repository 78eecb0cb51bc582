import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { type FieldBlock, HpackDecoder } from '../../src/http/hpack/decoder.js';
import { encodeField, fieldSizeMax } from '../../src/http/hpack/encoder.js';

/** The numbers of RFC 9113, by their names there. */
export const Type = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;
export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY = 32;
const codes =
  `NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR
  REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM`.split(/\s+/);
const windowMax = 0x7fffffff;
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, streamId: number, payload: Buffer | string = ''): Buffer {
  const content = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, content]);
}

export function uint32(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, i * 4);
  return buffer;
}

export function settings(...pairs: [setting: number, value: number][]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6);
  pairs.forEach(([setting, value], i) => {
    payload.writeUInt16BE(setting, i * 6);
    payload.writeUInt32BE(value, i * 6 + 2);
  });
  return frame(Type.SETTINGS, 0, 0, payload);
}

export type Fields = readonly (readonly [name: string, value: string])[];

export function block(fields: Fields): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [name, value]) => sum + fieldSizeMax(name, value), 0));
  let at = 0;
  for (const [name, value] of fields) at = encodeField(name, value, buffer, at);
  return buffer.subarray(0, at);
}

/** What a request for a path says. */
export function requestFields(path: string, method = 'GET', more: Fields = []): Fields {
  return [[':method', method], [':scheme', 'http'], [':authority', 'a'], [':path', path], ...more];
}

/** One HEADERS frame for a whole request without a body. */
export function request(streamId: number, path: string, more: Fields = []): Buffer {
  return frame(Type.HEADERS, END_HEADERS | END_STREAM, streamId, block(requestFields(path, 'GET', more)));
}

/** A request whose body follows. */
export function post(streamId: number, path: string, more: Fields = []): Buffer {
  return frame(Type.HEADERS, END_HEADERS, streamId, block(requestFields(path, 'POST', more)));
}

/** What a stream has brought so far. */
export interface Answer {
  /** By name; each of the values that came. */
  readonly fields: Map<string, string[]>;
  readonly trailers: Map<string, string[]>;
  /** Answers of 1xx that came before. */
  readonly interims: Map<string, string[]>[];
  body: Buffer;
  ended: boolean;
  /** The name of the code of RST_STREAM; null while none has come. */
  reset: string | null;
}

/** A client that speaks frames, right and wrong ones. */
export class Http2Client {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  readonly answers = new Map<number, Answer>();
  /** The name of the code of the last GOAWAY, and the stream it names. */
  /** Every GOAWAY that came. */
  readonly goAways: { code: string; lastStreamId: number }[] = [];
  closed = false;
  private readonly decoder = new HpackDecoder(65536);
  private pending = Buffer.alloc(0);
  /** Fragments of a block that goes on. */
  private open: Buffer = Buffer.alloc(0);
  private waiting: (() => void)[] = [];
  private readonly acknowledges: boolean;

  private constructor(socket: Socket, acknowledges: boolean) {
    this.socket = socket;
    this.acknowledges = acknowledges;
    socket.on('data', (data) => this.received(data));
    socket.on('error', () => {});
    socket.on('end', () => this.hasClosed());
    socket.on('close', () => this.hasClosed());
  }

  /** Connects, and sends preface and settings. `acknowledges`: the server's settings are. */
  static async connect(port: number, acknowledges = true, own: Buffer = settings()): Promise<Http2Client> {
    const client = await Http2Client.connectBare(port, acknowledges);
    client.send(preface, own);
    return client;
  }

  /** Speaks over a socket that is connected. */
  static over(socket: Socket): Http2Client {
    const client = new Http2Client(socket, true);
    client.send(
      preface,
      settings([4, windowMax]),
      frame(Type.WINDOW_UPDATE, 0, 0, uint32(windowMax - 65535)),
    );
    return client;
  }

  static async connectBare(port: number, acknowledges = true): Promise<Http2Client> {
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Http2Client(socket, acknowledges);
  }

  send(...parts: Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** A whole request; its body in frames of `pieceSize` bytes. The windows are taken for large enough. */
  request(streamId: number, fields: Fields, body: Buffer, pieceSize: number): void {
    const flags = body.length === 0 ? END_HEADERS | END_STREAM : END_HEADERS;
    this.send(frame(Type.HEADERS, flags, streamId, block(fields)));
    for (let at = 0; at < body.length; at += pieceSize) {
      const isLast = at + pieceSize >= body.length;
      this.send(frame(Type.DATA, isLast ? END_STREAM : 0, streamId, body.subarray(at, at + pieceSize)));
    }
  }

  answer(streamId: number): Answer {
    let answer = this.answers.get(streamId);
    if (answer === undefined) {
      answer = {
        fields: new Map(),
        trailers: new Map(),
        interims: [],
        body: Buffer.alloc(0),
        ended: false,
        reset: null,
      };
      this.answers.set(streamId, answer);
    }
    return answer;
  }

  /** The last GOAWAY; null before the first. */
  get goAway(): { code: string; lastStreamId: number } | null {
    return this.goAways.at(-1) ?? null;
  }

  /** Waits until the condition holds; false where it does not in time, or the connection closes first. */
  async until(condition: () => boolean, withinMs = 8000): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (!condition()) {
      const left = end - performance.now();
      if (left <= 0 || this.closed) return condition();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return true;
  }

  /** The whole answer on a stream, however it ends. */
  async whole(streamId: number, withinMs?: number): Promise<Answer> {
    const answer = this.answer(streamId);
    await this.until(() => answer.ended || answer.reset !== null, withinMs);
    return answer;
  }

  /** What the server makes of what was sent: an error of the connection or of a stream, or a PING's answer. */
  async verdict(streamId: number): Promise<string> {
    const mark = 'verdict?';
    this.send(frame(Type.PING, 0, 0, mark));
    const hasPong = () =>
      this.frames.some(
        ({ type, flags, payload }) => type === Type.PING && flags === ACK && String(payload) === mark,
      );
    await this.until(() => this.goAway !== null || hasPong());
    const { reset, fields, ended } = this.answer(streamId);
    if (this.goAway !== null && this.goAway.code !== 'NO_ERROR') return `connection ${this.goAway.code}`;
    if (reset !== null && !ended) return `stream ${reset}`;
    return fields.get(':status')?.at(-1) ?? 'nothing';
  }

  close(): void {
    this.socket.destroy();
  }

  private hasClosed(): void {
    this.closed = true;
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private received(data: Buffer): void {
    this.pending = Buffer.concat([this.pending, data]);
    for (;;) {
      if (this.pending.length < 9) break;
      const length = this.pending.readUIntBE(0, 3);
      if (this.pending.length < 9 + length) break;
      const [type, flags] = [this.pending[3], this.pending[4]];
      const streamId = this.pending.readUInt32BE(5);
      const payload = Buffer.from(this.pending.subarray(9, 9 + length));
      this.pending = this.pending.subarray(9 + length);
      this.took({ type, flags, streamId, payload });
    }
    this.wake();
  }

  private took(got: Frame): void {
    const { type, flags, streamId, payload } = got;
    this.frames.push(got);
    const answer = this.answer(streamId);
    if (type === Type.SETTINGS && flags === 0 && this.acknowledges) this.send(frame(Type.SETTINGS, ACK, 0));
    else if (type === Type.GOAWAY) {
      this.goAways.push({ lastStreamId: payload.readUInt32BE(0), code: codes[payload.readUInt32BE(4)] });
    } else if (type === Type.RST_STREAM) answer.reset = codes[payload.readUInt32BE(0)];
    else if (type === Type.HEADERS || type === Type.CONTINUATION) {
      this.open = Buffer.concat([this.open, payload]);
      if ((flags & END_HEADERS) !== 0) this.takeFields(answer, this.open);
    } else if (type === Type.DATA) answer.body = Buffer.concat([answer.body, payload]);
    if ((type === Type.HEADERS || type === Type.DATA) && (flags & END_STREAM) !== 0) answer.ended = true;
  }

  private takeFields(answer: Answer, payload: Buffer): void {
    this.open = Buffer.alloc(0);
    if (!this.decoder.decode(payload, 0, payload.length)) throw new Error('a block that cannot be read');
    const { names, values, count }: FieldBlock = this.decoder;
    const got = new Map<string, string[]>();
    for (let i = 0; i < count; i++) got.set(names[i], [...(got.get(names[i]) ?? []), values[i]]);
    const status = got.get(':status')?.[0] ?? '';
    if (status.startsWith('1')) answer.interims.push(got);
    else for (const [name, all] of got) (status === '' ? answer.trailers : answer.fields).set(name, all);
  }
}
