import { noDynamicTable } from '../../http/hpack/encoder.js';
import type { ConnectionContext } from '../connection-context.js';
import type { Http2Connection } from './connection.js';
import {
  FrameFlag,
  FrameType,
  frameHeaderSize,
  frameSizeMax,
  writeFrameHeader,
  writeUint32,
} from './frames.js';

/** Writes frames of one connection into the batch that goes out at the end of the event. */
export class FrameOutput {
  private readonly context: ConnectionContext;
  private readonly connection: Http2Connection;

  constructor(context: ConnectionContext, connection: Http2Connection) {
    this.context = context;
    this.connection = connection;
  }

  settingsAck(): void {
    this.begin(FrameType.settings, FrameFlag.ack, 0, 0);
  }

  ping(opaque: Buffer, isAck: boolean): void {
    this.begin(FrameType.ping, isAck ? FrameFlag.ack : 0, 0, opaque.length);
    this.context.output.append(opaque);
  }

  goAway(lastStreamId: number, code: number): void {
    this.begin(FrameType.goAway, 0, 0, 8);
    this.number(lastStreamId);
    this.number(code);
  }

  reset(streamId: number, code: number): void {
    this.begin(FrameType.rstStream, 0, streamId, 4);
    this.number(code);
  }

  windowUpdate(streamId: number, count: number): void {
    this.begin(FrameType.windowUpdate, 0, streamId, 4);
    this.number(count);
  }

  /** A frame of DATA that fits into the batch. */
  data(streamId: number, content: Buffer, endsStream: boolean): void {
    this.begin(FrameType.data, endsStream ? FrameFlag.endStream : 0, streamId, content.length);
    this.context.output.append(content);
  }

  /** A block of fields: HEADERS, and CONTINUATION where it is longer than a frame. */
  block(streamId: number, block: Buffer, endsStream: boolean, tableShrank: boolean): void {
    const prefix = tableShrank ? 1 : 0;
    let length = Math.min(block.length, frameSizeMax - prefix);
    const end = length === block.length ? FrameFlag.endHeaders : 0;
    const flags = end | (endsStream ? FrameFlag.endStream : 0);
    this.begin(FrameType.headers, flags, streamId, length + prefix);
    const { output } = this.context;
    if (tableShrank) output.buffer[output.length++] = noDynamicTable;
    output.append(length === block.length ? block : block.subarray(0, length));
    for (let at = length; at < block.length; at += length) {
      length = Math.min(block.length - at, frameSizeMax);
      const isLast = at + length === block.length;
      this.begin(FrameType.continuation, isLast ? FrameFlag.endHeaders : 0, streamId, length);
      output.append(block.subarray(at, at + length));
    }
  }

  /** The head of a frame, with room for its content behind it. */
  private begin(type: number, flags: number, streamId: number, length: number): void {
    const { output } = this.context;
    if (output.room < frameHeaderSize + length) output.flush(this.connection.socket);
    output.length = writeFrameHeader(output.buffer, output.length, length, type, flags, streamId);
  }

  private number(value: number): void {
    const { output } = this.context;
    output.length = writeUint32(output.buffer, output.length, value);
  }
}
