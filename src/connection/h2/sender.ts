import type { Socket } from 'node:net';
import type { FilePart } from '../../files/file-part.js';
import type { ResponseBody } from '../../plugin/response-body.js';
import type { ConnectionContext } from '../connection-context.js';
import { isBlocked, whenDrained } from '../direct-write.js';
import { PieceSize } from '../piece-size.js';
import { allowedBytes } from '../traffic-limit.js';
import type { TurnTaker } from '../write-turns.js';
import type { Http2Connection } from './connection.js';
import {
  ErrorCode,
  FrameFlag,
  FrameType,
  frameHeaderSize,
  frameSizeMax,
  writeFrameHeader,
} from './frames.js';
import { fieldsBlock } from './response-block.js';
import type { Http2Stream } from './stream.js';

/** Bytes of one answer before the next has its turn; fewer where the client wants answers side by side. */
const turnBytes = 65536;
const incrementalTurnBytes = 16384;
/** Bodies up to this size join the head in one write. */
const joinedBodyMax = frameSizeMax;
const noContent = Buffer.alloc(0);

/**
 * Sends the bodies of a connection's streams, as the windows, the socket and the traffic limits let it: the most urgent
 * first, those that are useful in parts side by side (RFC 9218, 10).
 */
export class StreamSender implements TurnTaker {
  private readonly connection: Http2Connection;
  private readonly context: ConnectionContext;
  /** Waits for the socket to drain. */
  private isWaiting = false;
  /** Others send first. */
  private turnAhead = false;
  private isPumping = false;
  private sentThisSecond = 0;
  private readonly piece = new PieceSize();

  constructor(connection: Http2Connection, context: ConnectionContext) {
    this.connection = connection;
    this.context = context;
  }

  /** The head of an answer, with its body where that is small and there, in one write. */
  begin(stream: Http2Stream): void {
    const { request } = stream;
    const { responseBody: body, responseHeaders, conf } = request;
    const { streams } = this.connection;
    this.connection.wroteBytes(0);
    if (stream.wantsTunnel && !openTunnel(stream)) {
      this.writeBlock(stream, fieldsBlock(405, []), true);
      streams.drop(stream);
      return;
    }
    if (stream.ownPriority !== null && !responseHeaders.has('priority')) {
      responseHeaders.push('Priority', 'priority', `u=${stream.ownPriority >> 1}`);
    }
    const block = this.context.responseBlocks.ofResponse(request);
    if (conf.logResponseHeader) logFields(stream);
    const hasBody = request.method !== 'HEAD' && request.status !== 304;
    if (hasBody) stream.announcedLength = Number(responseHeaders.get('content-length') ?? -1);
    if (isWhole(body) && body.parts.length === 0 && !isShort(stream, 0)) {
      this.writeBlock(stream, block, true);
      streams.finish(stream);
      return;
    }
    this.writeBlock(stream, block, false);
    const part = body.parts[0];
    if (
      isWhole(body) &&
      body.parts.length === 1 &&
      Buffer.isBuffer(part) &&
      this.mayJoin(stream, part.length)
    ) {
      this.connection.output.data(stream.streamId, part, true);
      this.account(stream, part.length);
      streams.finish(stream);
      return;
    }
    stream.isSending = true;
    body.onChange = () => this.pump();
    this.pump();
  }

  private mayJoin({ sendWindow, announcedLength, request }: Http2Stream, length: number): boolean {
    const { conf } = request;
    if (length > joinedBodyMax || length > sendWindow || length > this.connection.sendWindow) return false;
    if (length < announcedLength) return false;
    return conf.connectionBytesPerSecond === 0 && conf.serverBytesPerSecond === 0;
  }

  private writeBlock({ streamId }: Http2Stream, block: Buffer, endsStream: boolean): void {
    const { output, peer } = this.connection;
    output.block(streamId, block, endsStream, peer.tableShrank);
    peer.tableShrank = false;
  }

  /** An interim answer (1xx). */
  interim(stream: Http2Stream, status: number, fields: readonly (readonly [string, string])[]): void {
    this.writeBlock(stream, fieldsBlock(status, fields), false);
    this.connection.settle();
  }

  private get socket(): Socket {
    return this.connection.socket;
  }

  /** Sends what can be sent now. */
  pump(): void {
    if (this.isWaiting || this.turnAhead || this.isPumping) return;
    this.isPumping = true;
    const { connection } = this;
    for (let stream = this.next(); stream !== null; stream = this.next()) {
      const sent = this.send(stream);
      // what the kernel does not take now stays in one buffer: a slow reader costs no more than that
      if (isBlocked(this.socket)) {
        this.waitForDrain();
        break;
      }
      if (!this.context.turns.spend(sent)) {
        this.turnAhead = true;
        this.context.turns.wait(this);
        break;
      }
    }
    this.isPumping = false;
    connection.settle();
  }

  /** The most urgent stream that may send. */
  private next(): Http2Stream | null {
    const { open } = this.connection.streams;
    for (let i = 0; i < open.length; i++) if (this.maySend(open[i])) return open[i];
    return null;
  }

  private maySend(stream: Http2Stream): boolean {
    if (!stream.isSending) return false;
    const { responseBody: body, conf } = stream.request;
    if (body.parts.length === 0) return body.finished;
    if (stream.sendWindow <= 0 || this.connection.sendWindow <= 0) return false;
    return allowedBytes(conf, this.sentThisSecond, this.context.traffic) > 0;
  }

  private send(stream: Http2Stream): number {
    const { responseBody: body } = stream.request;
    if (body.parts.length === 0) {
      this.end(stream);
      return 0;
    }
    const { buffers } = this.context;
    const buffer = buffers.take();
    const isIncremental = (stream.priority & 1) === 0;
    const sent = this.fill(stream, buffer, isIncremental ? incrementalTurnBytes : turnBytes);
    if (sent < 0) {
      buffers.give(buffer);
      this.connection.streams.reset(stream, ErrorCode.internalError);
      return 0;
    }
    // the others of the same urgency come before it now
    if (isIncremental && !stream.isClosed) this.connection.streams.reorder(stream, stream.priority);
    return sent;
  }

  /** Frames of DATA, in one write. Gives the bytes of content; -1 where a file is not what it was. */
  private fill(stream: Http2Stream, buffer: Buffer, wanted: number): number {
    const { connection } = this;
    const { request } = stream;
    const { responseBody: body, conf } = request;
    const allowed = allowedBytes(conf, this.sentThisSecond, this.context.traffic);
    let left = Math.min(wanted, this.piece.bytes, stream.sendWindow, connection.sendWindow, allowed);
    let at = 0;
    let sent = 0;
    while (left > 0 && body.parts.length > 0) {
      const length = takeContent(body.parts, buffer, at + frameHeaderSize, Math.min(left, frameSizeMax));
      if (length < 0) return -1;
      left -= length;
      sent += length;
      if (length === 0) break;
      body.taken(length);
      connection.guard.progress();
      const isLast = body.parts.length === 0 && mayEndWith(stream, sent);
      const flags = isLast ? FrameFlag.endStream : 0;
      writeFrameHeader(buffer, at, length, FrameType.data, flags, stream.streamId);
      at += frameHeaderSize + length;
      if (isLast) stream.isSending = false;
    }
    this.account(stream, sent);
    connection.flush();
    this.piece.start();
    this.socket.write(buffer.subarray(0, at), () => this.context.buffers.give(buffer));
    this.piece.finish(sent);
    if (!stream.isSending) connection.streams.finish(stream);
    return sent;
  }

  private account(stream: Http2Stream, sent: number): void {
    const { connection } = this;
    const { request } = stream;
    stream.sendWindow -= sent;
    connection.sendWindow -= sent;
    this.sentThisSecond += sent;
    request.bodyBytesOut += sent;
    if (request.conf.serverBytesPerSecond > 0) this.context.traffic.add(request.conf, sent);
    connection.wroteBytes(sent);
  }

  /** All content is out: the end, which no frame has told yet. */
  private end(stream: Http2Stream): void {
    const { responseBody: body } = stream.request;
    const { output, streams } = this.connection;
    const { streamId } = stream;
    if (body.failed || isShort(stream, 0)) {
      streams.reset(stream, ErrorCode.internalError);
      return;
    }
    stream.isSending = false;
    if (body.trailers.length === 0) output.data(streamId, noContent, true);
    else this.writeBlock(stream, fieldsBlock(0, body.trailers), true);
    streams.finish(stream);
  }

  private waitForDrain(): void {
    this.isWaiting = true;
    whenDrained(this.socket, () => {
      this.isWaiting = false;
      this.connection.wroteBytes(0);
      this.pump();
    });
  }

  takeTurn(): void {
    this.turnAhead = false;
    this.pump();
  }

  /** Traffic limits start anew. */
  nextSecond(): void {
    this.sentThisSecond = 0;
    this.pump();
  }
}

/**
 * What HTTP/1.1 says with 101 is 200 here (RFC 8441, 5). False where a module has answered the request without making a
 * tunnel of it, which a client would take for one.
 */
function openTunnel({ request }: Http2Stream): boolean {
  if (request.status >= 300) return true;
  if (request.status !== 101) {
    request.status = 405;
    return false;
  }
  request.status = 200;
  request.responseHeaders.unset('sec-websocket-accept');
  return true;
}

/** Does the stream end with the frame that has just been filled? `sent`: bytes that are not counted yet. */
function mayEndWith(stream: Http2Stream, sent: number): boolean {
  return isWhole(stream.request.responseBody) && !isShort(stream, sent);
}

/** Will nothing more come, trailers included? */
function isWhole({ finished, failed, trailers }: ResponseBody): boolean {
  return finished && !failed && trailers.length === 0;
}

/** Has less been sent than was announced? The client must be able to tell. */
function isShort({ announcedLength, request }: Http2Stream, sent: number): boolean {
  return announcedLength >= 0 && request.bodyBytesOut + sent < announcedLength;
}

/** Moves content of the first parts into the buffer; -1 where a file cannot be read to its announced end. */
function takeContent(parts: (Buffer | FilePart)[], buffer: Buffer, at: number, wanted: number): number {
  let length = 0;
  while (length < wanted && parts.length > 0) {
    const part = parts[0];
    const room = wanted - length;
    if (Buffer.isBuffer(part)) {
      const count = part.copy(buffer, at + length, 0, Math.min(room, part.length));
      if (count === part.length) parts.shift();
      else parts[0] = part.subarray(count);
      length += count;
    } else {
      const count = part.length > 0 ? part.read(buffer, room, at + length) : 0;
      if (count <= 0 && part.length > 0) return -1;
      length += count;
      if (part.length > 0) continue;
      parts.shift();
      part.close();
    }
  }
  // the mark that closes a file may stand alone at the end
  const rest = parts[0];
  if (parts.length === 1 && !Buffer.isBuffer(rest) && rest.length === 0) {
    parts.shift();
    rest.close();
  }
  return length;
}

/** `debug.log-response-header` */
function logFields({ request, connection, streamId }: Http2Stream): void {
  const { responseHeaders: headers, status, conf } = request;
  const log = (line: string) =>
    conf.errorLog.debug('h2.c', `fd:${connection.id} id:${streamId} resp: ${line}`);
  log(`:status: ${status}`);
  for (let i = 0; i < headers.size; i++) log(`${headers.lowerNameAt(i)}: ${headers.valueAt(i)}`);
}
