/** Types of frames (RFC 6455, 11.8). */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Reasons to close (RFC 6455, 7.4.1). */
export const CloseCode = { normal: 1000, goingAway: 1001, protocolError: 1002, internalError: 1011 } as const;

const controlPayloadMax = 125;
const noBytes = Buffer.alloc(0);

/** Where the content of frames goes. */
export interface FrameSink {
  /** Content of text and binary frames, in pieces as it comes; what it is a view of stays as it is. */
  data(content: Buffer): void;
  ping(payload: Buffer): void;
}

/**
 * Reads the frames that a WebSocket client sends (RFC 6455, 5.2), in whatever pieces they come. Messages are handed on
 * without their borders: the backend knows none.
 */
export class WebSocketReader {
  /** Set once nothing more is read: the client has closed, or has broken the protocol. */
  closeCode = 0;
  /** What the client did wrong, for logs. */
  problem = '';
  private readonly sink: FrameSink;
  /** A frame's head that has not arrived whole. */
  private partial: Buffer = noBytes;
  private opcode = 0;
  /** A fragmented message is under way. */
  private isFragmented = false;
  private remaining = 0;
  private mask: Buffer = noBytes;
  private maskAt = 0;
  private ping: Buffer = noBytes;

  constructor(sink: FrameSink) {
    this.sink = sink;
  }

  /** Unmasks in place. */
  read(chunk: Buffer): void {
    const input = this.partial.length === 0 ? chunk : Buffer.concat([this.partial, chunk]);
    this.partial = noBytes;
    for (let at = 0; at < input.length && this.closeCode === 0; ) {
      if (this.remaining > 0) {
        at = this.takePayload(input, at);
        continue;
      }
      const end = this.takeHead(input, at);
      if (end < 0) {
        this.partial = input.subarray(at);
        return;
      }
      at = end;
    }
  }

  /** Where the head ends; -1 where it is not complete. */
  private takeHead(input: Buffer, at: number): number {
    if (input.length - at < 2) return -1;
    const first = input[at];
    const length = input[at + 1] & 0x7f;
    if (!this.checkHead(first, input[at + 1])) return at;
    const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0;
    const end = at + 2 + lengthBytes + 4;
    if (end > input.length) return -1;
    this.remaining = length;
    if (length === 126) this.remaining = input.readUInt16BE(at + 2);
    else if (length === 127) this.remaining = readLength64(input, at + 2);
    if (this.remaining < 0) this.refuse('frame size MSB is set');
    this.begin(first, input.subarray(end - 4, end));
    return end;
  }

  private checkHead(first: number, second: number): boolean {
    const opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    const isControl = opcode >= Opcode.close;
    if (opcode > Opcode.pong || (opcode > Opcode.binary && !isControl))
      return this.refuse('frame type invalid');
    if (opcode === Opcode.close) return this.close(CloseCode.normal);
    if (isControl && !isFinal) return this.refuse('control frame fragmented');
    if (opcode === Opcode.continuation && !this.isFragmented) return this.refuse('stray continuation frame');
    if ((opcode === Opcode.text || opcode === Opcode.binary) && this.isFragmented)
      return this.refuse('missing continuation frame with fin');
    if ((first & 0x70) !== 0) return this.refuse('reserved bits set');
    if ((second & 0x80) === 0) return this.refuse('payload not masked');
    if (isControl && (second & 0x7f) > controlPayloadMax) return this.refuse('control frame size invalid');
    return true;
  }

  private begin(first: number, mask: Buffer): void {
    this.opcode = first & 0x0f;
    if (this.opcode < Opcode.close) this.isFragmented = (first & 0x80) === 0;
    this.mask = Buffer.from(mask);
    this.maskAt = 0;
    this.ping = noBytes;
    if (this.opcode === Opcode.ping && this.remaining === 0) this.sink.ping(noBytes);
  }

  private takePayload(input: Buffer, at: number): number {
    const end = Math.min(input.length, at + this.remaining);
    const payload = input.subarray(at, end);
    this.remaining -= payload.length;
    this.unmask(payload);
    if (this.opcode === Opcode.ping) {
      this.ping = Buffer.concat([this.ping, payload]);
      if (this.remaining === 0) this.sink.ping(this.ping);
    } else if (this.opcode !== Opcode.pong) this.sink.data(payload);
    return end;
  }

  private unmask(payload: Buffer): void {
    const { mask, maskAt } = this;
    for (let i = 0; i < payload.length; i++) payload[i] ^= mask[(maskAt + i) & 3];
    this.maskAt = (maskAt + payload.length) & 3;
  }

  private refuse(problem: string): false {
    this.problem = problem;
    return this.close(CloseCode.protocolError);
  }

  private close(code: number): false {
    this.closeCode = code;
    return false;
  }
}

/** -1 where the highest bit is set; lengths beyond what numbers hold are rounded, and never reached. */
function readLength64(input: Buffer, at: number): number {
  const length = input.readBigUInt64BE(at);
  return length >> 63n === 1n ? -1 : Number(length);
}

/** A frame as a server sends it: whole, and not masked. */
export function makeFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + lengthBytes + length);
  frame[0] = 0x80 | opcode;
  frame[1] = lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127;
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2);
  else if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, 2 + lengthBytes);
  return frame;
}

export function closeFrame(code: number): Buffer {
  return makeFrame(Opcode.close, Buffer.from([code >> 8, code & 255]));
}
