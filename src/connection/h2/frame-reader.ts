import { latin1Text } from '../../base/latin1.js';
import {
  ErrorCode,
  FrameFlag,
  FrameType,
  frameHeaderSize,
  frameSizeMax,
  Http2Error,
  readFrameLength,
  readUint31,
  readUint32,
} from './frames.js';

/** Who is told of each frame. Buffers are lent for the call. */
export interface FrameReceiver {
  onHeaders(streamId: number, endsStream: boolean, block: Buffer, start: number, end: number): void;
  /** `size`: bytes that count against the windows, padding included. */
  onData(streamId: number, endsStream: boolean, data: Buffer, size: number): void;
  onSettings(payload: Buffer): void;
  onSettingsAck(): void;
  onReset(streamId: number): void;
  onWindowUpdate(streamId: number, increment: number): void;
  onPing(opaque: Buffer, isAck: boolean): void;
  onGoAway(code: number): void;
  onPriorityUpdate(streamId: number, priority: string): void;
  /** A frame that asks for nothing, such as one of an unknown type. */
  onOther(): void;
}

/** All fragments of one block together. */
const blockSizeMax = 65536;
const continuationsMax = 32;

/** A block of fields whose end has not come: nothing else may come before it (RFC 9113, 4.3). */
interface OpenBlock {
  readonly streamId: number;
  readonly endsStream: boolean;
  readonly fragments: Buffer[];
  size: number;
}

/** Takes frames apart and checks what each must keep to by itself; `Http2Error` is thrown where it does not. */
export class FrameReader {
  private readonly receiver: FrameReceiver;
  private block: OpenBlock | null = null;
  private settingsCame = false;

  constructor(receiver: FrameReceiver) {
    this.receiver = receiver;
  }

  /** Reads the frame at `at`. Gives the bytes used; 0 where it is not complete. */
  read(data: Buffer, at: number, end: number): number {
    if (end - at < frameHeaderSize) return 0;
    const length = readFrameLength(data, at);
    if (length > frameSizeMax) throw new Http2Error(ErrorCode.frameSizeError, `a frame of ${length} bytes`);
    if (end - at < frameHeaderSize + length) return 0;
    const type = data[at + 3];
    const flags = data[at + 4];
    const streamId = readUint31(data, at + 5);
    const start = at + frameHeaderSize;
    if (!this.settingsCame && type !== FrameType.settings) throw violation('no SETTINGS first');
    if (this.block !== null && (type !== FrameType.continuation || streamId !== this.block.streamId)) {
      throw violation('a frame within a block of fields');
    }
    if (type === FrameType.headers) {
      this.readHeaders(streamId, flags, data, start, start + length);
    } else if (type === FrameType.data) {
      this.readData(streamId, flags, data, start, start + length);
    } else {
      this.readOther(type, streamId, flags, data.subarray(start, start + length));
    }
    return frameHeaderSize + length;
  }

  private readHeaders(streamId: number, flags: number, data: Buffer, start: number, end: number): void {
    if ((streamId & 1) === 0) throw violation('HEADERS for a stream that no client opens');
    let at = start;
    let padding = 0;
    if ((flags & FrameFlag.padded) !== 0) {
      if (at === end) throw new Http2Error(ErrorCode.frameSizeError, 'padding without a length');
      padding = data[at++];
    }
    const hasPriority = (flags & FrameFlag.priority) !== 0;
    const dependsOn = hasPriority && end - at >= 5 ? readUint31(data, at) : 0;
    if (hasPriority) at += 5;
    if (at + padding > end) throw violation('padding longer than the frame');
    if (dependsOn === streamId) throw violation('a stream that depends on itself');
    const endsStream = (flags & FrameFlag.endStream) !== 0;
    if ((flags & FrameFlag.endHeaders) !== 0) {
      this.receiver.onHeaders(streamId, endsStream, data, at, end - padding);
      return;
    }
    const fragment = Buffer.from(data.subarray(at, end - padding));
    this.block = { streamId, endsStream, fragments: [fragment], size: fragment.length };
  }

  private readContinuation(flags: number, payload: Buffer): void {
    const { block } = this;
    if (block === null) throw violation('CONTINUATION without HEADERS');
    block.fragments.push(Buffer.from(payload));
    block.size += payload.length;
    if (block.size > blockSizeMax || block.fragments.length > continuationsMax) {
      throw new Http2Error(ErrorCode.enhanceYourCalm, 'a block of fields without end');
    }
    if ((flags & FrameFlag.endHeaders) === 0) return;
    this.block = null;
    const whole = Buffer.concat(block.fragments);
    this.receiver.onHeaders(block.streamId, block.endsStream, whole, 0, whole.length);
  }

  private readData(streamId: number, flags: number, data: Buffer, start: number, end: number): void {
    if (streamId === 0) throw violation('DATA for no stream');
    let from = start;
    let to = end;
    if ((flags & FrameFlag.padded) !== 0) {
      if (start === end) throw new Http2Error(ErrorCode.frameSizeError, 'padding without a length');
      from++;
      to -= data[start];
      if (to < from) throw violation('padding longer than the frame');
    }
    const endsStream = (flags & FrameFlag.endStream) !== 0;
    this.receiver.onData(streamId, endsStream, data.subarray(from, to), end - start);
  }

  private readOther(type: number, streamId: number, flags: number, payload: Buffer): void {
    const { receiver } = this;
    switch (type) {
      case FrameType.settings:
        this.readSettings(streamId, flags, payload);
        break;
      case FrameType.windowUpdate:
        checkSize(payload, 4, 'WINDOW_UPDATE');
        receiver.onWindowUpdate(streamId, readUint31(payload, 0));
        break;
      case FrameType.rstStream:
        checkSize(payload, 4, 'RST_STREAM');
        if (streamId === 0) throw violation('RST_STREAM for no stream');
        receiver.onReset(streamId);
        break;
      case FrameType.ping:
        checkSize(payload, 8, 'PING');
        if (streamId !== 0) throw violation('PING for a stream');
        receiver.onPing(payload, (flags & FrameFlag.ack) !== 0);
        break;
      case FrameType.goAway:
        if (payload.length < 8) checkSize(payload, 8, 'GOAWAY');
        if (streamId !== 0) throw violation('GOAWAY for a stream');
        receiver.onGoAway(readUint32(payload, 4));
        break;
      case FrameType.priority:
        this.readPriority(streamId, payload);
        break;
      case FrameType.priorityUpdate:
        this.readPriorityUpdate(streamId, payload);
        break;
      case FrameType.continuation:
        this.readContinuation(flags, payload);
        break;
      case FrameType.pushPromise:
        throw violation('PUSH_PROMISE from a client');
      default:
        receiver.onOther();
    }
  }

  private readSettings(streamId: number, flags: number, payload: Buffer): void {
    if (streamId !== 0) throw violation('SETTINGS for a stream');
    if ((flags & FrameFlag.ack) !== 0) {
      if (!this.settingsCame) throw violation('no SETTINGS first');
      checkSize(payload, 0, 'SETTINGS with ACK');
      this.receiver.onSettingsAck();
      return;
    }
    if (payload.length % 6 !== 0) throw new Http2Error(ErrorCode.frameSizeError, 'SETTINGS cut off');
    this.settingsCame = true;
    this.receiver.onSettings(payload);
  }

  /** Of RFC 7540, without effect since RFC 9113; its form is checked all the same. */
  private readPriority(streamId: number, payload: Buffer): void {
    if (streamId === 0) throw violation('PRIORITY for no stream');
    if (payload.length !== 5) throw new Http2Error(ErrorCode.frameSizeError, 'PRIORITY', streamId);
    if (readUint31(payload, 0) === streamId) {
      throw new Http2Error(ErrorCode.protocolError, 'a stream that depends on itself', streamId);
    }
    this.receiver.onOther();
  }

  private readPriorityUpdate(streamId: number, payload: Buffer): void {
    if (payload.length < 4) checkSize(payload, 4, 'PRIORITY_UPDATE');
    const prioritized = readUint31(payload, 0);
    if (streamId !== 0 || prioritized === 0) throw violation('PRIORITY_UPDATE for no stream');
    this.receiver.onPriorityUpdate(prioritized, latin1Text(payload, 4, payload.length));
  }
}

function violation(what: string): Http2Error {
  return new Http2Error(ErrorCode.protocolError, what);
}

function checkSize(payload: Buffer, size: number, frame: string): void {
  if (payload.length !== size) throw new Http2Error(ErrorCode.frameSizeError, `${frame} of the wrong size`);
}
