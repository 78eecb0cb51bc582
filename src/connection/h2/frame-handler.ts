import type { ConnectionContext } from '../connection-context.js';
import type { Http2Connection } from './connection.js';
import type { FrameReceiver } from './frame-reader.js';
import { ErrorCode, farewell, Http2Error, windowMax } from './frames.js';
import { parsePriority } from './priority.js';
import type { RequestStreams } from './request-streams.js';
import { connectionWindow, streamsMax } from './settings.js';
import type { Http2Stream } from './stream.js';

/** Consumed bytes of the connection's window that are told together. */
const updateSize = 65536;
/** Stream numbers that a client may reach before it has acknowledged the limit of streams. */
const hastyStreamMax = 200;

/** What each frame of a client does to its connection and its streams. */
export class FrameHandler implements FrameReceiver {
  /** The latest that the client has opened. */
  lastStreamId = 0;
  private readonly connection: Http2Connection;
  private readonly streams: RequestStreams;
  private readonly context: ConnectionContext;
  private settingsAcknowledged = false;
  private receiveWindow = connectionWindow;
  private consumed = 0;

  constructor(connection: Http2Connection, streams: RequestStreams, context: ConnectionContext) {
    this.connection = connection;
    this.streams = streams;
    this.context = context;
  }

  onHeaders(streamId: number, endsStream: boolean, block: Buffer, start: number, end: number): void {
    const { streams, connection } = this;
    connection.readAt = this.context.server.clock.monotonicSeconds;
    if (streamId <= this.lastStreamId) {
      streams.takeTrailers(streamId, endsStream, block, start, end);
    } else if (connection.isLeaving) {
      connection.guard.discard();
      connection.decode(block, start, end);
    } else {
      this.lastStreamId = streamId;
      if (this.mayOpen(streamId, endsStream)) {
        connection.guard.request();
        connection.requestCount++;
        streams.begin(streamId, endsStream, block, start, end);
      } else {
        connection.decode(block, start, end);
        this.refuse(streamId);
      }
    }
  }

  /** Requests of a client that cannot know the limit of streams yet have to wait, and are not refused. */
  private mayOpen(streamId: number, endsStream: boolean): boolean {
    if (this.streams.count < streamsMax) return true;
    if (this.settingsAcknowledged) return false;
    if (streamId > hastyStreamMax)
      throw new Http2Error(ErrorCode.enhanceYourCalm, 'too many refused requests before SETTINGS ackn');
    return endsStream;
  }

  private refuse(streamId: number): void {
    this.connection.output.reset(streamId, ErrorCode.refusedStream);
    this.streams.ended.add(streamId, true);
    if (this.connection.guard.refusal()) this.connection.leaveSuspect('too many refused requests');
  }

  onData(streamId: number, endsStream: boolean, data: Buffer, size: number): void {
    this.connection.readAt = this.context.server.clock.monotonicSeconds;
    this.countReceived(size);
    if (data.length > 0) this.connection.guard.progress();
    else if (!endsStream) this.connection.guard.idleFrame();
    const stream = this.openStream(streamId, 'DATA');
    if (stream === null) {
      if (!this.streams.ended.wasReset(streamId)) this.connection.resetById(streamId, ErrorCode.streamClosed);
      return;
    }
    if (stream.clientEnded) {
      this.streams.reset(stream, ErrorCode.streamClosed);
      return;
    }
    if (size > stream.receiveWindow) {
      this.streams.reset(stream, ErrorCode.flowControlError);
      return;
    }
    if (stream.body !== null) {
      if (stream.body.isExceededBy(data.length)) {
        this.streams.reset(stream, ErrorCode.protocolError);
        return;
      }
      if (data.length > 0) stream.body.feed(data);
    }
    if (endsStream) this.streams.endOfClient(stream);
    stream.consume(size);
  }

  private countReceived(size: number): void {
    this.receiveWindow -= size;
    if (this.receiveWindow < 0) throw new Http2Error(ErrorCode.flowControlError, 'DATA beyond the window');
    this.consumed += size;
    if (this.consumed < updateSize) return;
    // a stream whose reader is slow holds back its own window, never that of the others
    this.connection.output.windowUpdate(0, this.consumed);
    this.receiveWindow += this.consumed;
    this.consumed = 0;
  }

  /** The stream; null where it has ended. One that was never opened is a fault. */
  private openStream(streamId: number, frame: string): Http2Stream | null {
    if (streamId > this.lastStreamId && !this.connection.isLeaving)
      throw new Http2Error(ErrorCode.protocolError, `${frame} on an idle stream`);
    return this.streams.find(streamId);
  }

  onSettings(payload: Buffer): void {
    this.connection.guard.idleFrame();
    const change = this.connection.peer.apply(payload);
    if (!this.streams.changeWindows(change))
      throw new Http2Error(ErrorCode.flowControlError, 'SETTINGS_INITIAL_WINDOW_SIZE');
    this.connection.output.settingsAck();
  }

  onSettingsAck(): void {
    if (this.settingsAcknowledged) throw new Http2Error(ErrorCode.protocolError, 'SETTINGS with ACK again');
    this.settingsAcknowledged = true;
  }

  onReset(streamId: number): void {
    const stream = this.openStream(streamId, 'RST_STREAM');
    if (stream === null) {
      this.connection.guard.idleFrame();
      return;
    }
    const age = this.context.server.clock.epochSeconds - stream.request.startedAt;
    this.streams.drop(stream);
    if (this.connection.guard.reset(age))
      this.connection.leaveSuspect('sent too many RST_STREAM too quickly');
  }

  onWindowUpdate(streamId: number, increment: number): void {
    this.connection.guard.idleFrame();
    if (streamId === 0) {
      if (increment === 0) throw new Http2Error(ErrorCode.protocolError, 'WINDOW_UPDATE of 0');
      this.connection.sendWindow += increment;
      if (this.connection.sendWindow > windowMax)
        throw new Http2Error(ErrorCode.flowControlError, 'WINDOW_UPDATE');
      return;
    }
    const stream = this.openStream(streamId, 'WINDOW_UPDATE');
    if (stream === null) return;
    stream.sendWindow += increment;
    if (increment === 0) this.streams.reset(stream, ErrorCode.protocolError);
    else if (stream.sendWindow > windowMax) this.streams.reset(stream, ErrorCode.flowControlError);
  }

  onPing(opaque: Buffer, isAck: boolean): void {
    this.connection.guard.idleFrame();
    if (!isAck) this.connection.output.ping(opaque, true);
    else if (opaque.equals(farewell)) this.connection.farewellHeard();
  }

  onGoAway(code: number): void {
    // a client that names an error wants an end at once
    if (code !== ErrorCode.noError) throw new Http2Error(ErrorCode.protocolError, 'GOAWAY');
    this.connection.goAway();
  }

  onPriorityUpdate(streamId: number, priority: string): void {
    this.connection.guard.idleFrame();
    const stream = this.streams.find(streamId);
    if (stream !== null) this.streams.reorder(stream, parsePriority(priority));
  }

  onOther(): void {
    this.connection.guard.idleFrame();
  }
}
