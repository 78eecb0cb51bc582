/** Numbers of RFC 9113 (RFC 8441, RFC 9218 where they say so). */
export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
  /** RFC 9218, 7.1 */
  priorityUpdate: 16,
} as const;

export const FrameFlag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

export const ErrorCode = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

export const Setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
  /** RFC 8441, 3 */
  enableConnectProtocol: 8,
  /** RFC 9218, 2.1 */
  noRfc7540Priorities: 9,
} as const;

/** What a client sends first (RFC 9113, 3.4). */
export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** What a PING says that asks whether the client knows that the connection ends. */
export const farewell = Buffer.from('farewell');

export const frameHeaderSize = 9;
/** Content of a frame: the least that both sides must take, and all that we take. */
export const frameSizeMax = 16384;
export const windowMax = 0x7fffffff;
export const streamIdMax = 0x7fffffff;
/** Of a connection, and of a stream before settings say otherwise. */
export const windowAtStart = 65535;

/**
 * What ends the connection, or with a stream's number only that stream. It is thrown while frames are read, and answered
 * with GOAWAY or RST_STREAM.
 */
export class Http2Error extends Error {
  readonly code: number;
  /** 0: the connection. */
  readonly streamId: number;

  constructor(code: number, reason: string, streamId = 0) {
    super(reason);
    this.code = code;
    this.streamId = streamId;
  }
}

/** Writes the head of a frame; gives the place behind it. */
export function writeFrameHeader(
  into: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  into[at] = length >>> 16;
  into[at + 1] = length >>> 8;
  into[at + 2] = length;
  into[at + 3] = type;
  into[at + 4] = flags;
  return writeUint32(into, at + 5, streamId);
}

export function writeUint32(into: Buffer, at: number, value: number): number {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
  return at + 4;
}

/** Bytes of content that the frame at `at` has. */
export function readFrameLength(data: Buffer, at: number): number {
  return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
}

/** Without the highest bit, which is reserved wherever numbers of 31 bits stand. */
export function readUint31(data: Buffer, at: number): number {
  return ((data[at] & 127) << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
}

export function readUint32(data: Buffer, at: number): number {
  return ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]) >>> 0;
}
