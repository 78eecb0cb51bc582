import {
  ErrorCode,
  FrameType,
  frameHeaderSize,
  frameSizeMax,
  Http2Error,
  Setting,
  windowAtStart,
  windowMax,
  writeFrameHeader,
  writeUint32,
} from './frames.js';

/** Streams that a connection may have open at once. */
export const streamsMax = 8;
/** Bytes that a client may send on a stream, and on the connection, before it is told to go on. */
export const streamWindow = 65536;
export const connectionWindow = 262144;
/** What a stream with a body may send beyond `streamWindow`. */
export const bodyWindow = 131072;

const own: readonly (readonly [setting: number, value: number])[] = [
  [Setting.maxConcurrentStreams, streamsMax],
  [Setting.initialWindowSize, streamWindow],
  [Setting.maxHeaderListSize, 65535],
  [Setting.enableConnectProtocol, 1],
  [Setting.noRfc7540Priorities, 1],
];

function makePreface(): Buffer {
  const length = own.length * 6;
  const frames = Buffer.alloc(frameHeaderSize + length + frameHeaderSize + 4);
  let at = writeFrameHeader(frames, 0, length, FrameType.settings, 0, 0);
  for (const [setting, value] of own) {
    at = frames.writeUInt16BE(setting, at);
    at = writeUint32(frames, at, value);
  }
  at = writeFrameHeader(frames, at, 4, FrameType.windowUpdate, 0, 0);
  writeUint32(frames, at, connectionWindow - windowAtStart);
  return frames;
}

/** What the server sends first: its settings, as lighttpd's, and the window of the connection (h2_init_con). */
export const serverPreface = makePreface();

/** What the client has said of itself (RFC 9113, 6.5.2). Frames of more than the least size are not sent. */
export class PeerSettings {
  initialWindow = windowAtStart;
  /** The table for our fields has been made smaller: the next block has to say that we use none. */
  tableShrank = false;

  /** Takes a SETTINGS frame's content. Gives how much the window of each open stream changes. */
  apply(payload: Buffer): number {
    const before = this.initialWindow;
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      this.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    }
    return this.initialWindow - before;
  }

  private set(setting: number, value: number): void {
    switch (setting) {
      case Setting.headerTableSize:
        if (value < 4096) this.tableShrank = true;
        break;
      case Setting.enablePush:
        if (value > 1) throw new Http2Error(ErrorCode.protocolError, 'SETTINGS_ENABLE_PUSH');
        break;
      case Setting.initialWindowSize:
        if (value > windowMax)
          throw new Http2Error(ErrorCode.flowControlError, 'SETTINGS_INITIAL_WINDOW_SIZE');
        this.initialWindow = value;
        break;
      case Setting.maxFrameSize:
        if (value < frameSizeMax || value > 0xffffff) {
          throw new Http2Error(ErrorCode.protocolError, 'SETTINGS_MAX_FRAME_SIZE');
        }
        break;
    }
  }
}
