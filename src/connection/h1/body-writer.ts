import type { Socket } from 'node:net';
import type { FilePart } from '../../files/file-part.js';
import type { RequestState } from '../../plugin/request-state.js';
import { isBlocked, Written, whenDrained } from '../direct-write.js';
import type { OutputBatch } from '../output-batch.js';
import { PieceSize } from '../piece-size.js';
import type { ReadBuffers } from '../read-buffers.js';
import { allowedBytes, type ServerTraffic } from '../traffic-limit.js';
import type { TurnTaker, WriteTurns } from '../write-turns.js';

/** Whoever waits for the body to be out. */
export interface BodyWriterOwner {
  readonly socket: Socket;
  readonly outputBatch: OutputBatch;
  readonly buffers: ReadBuffers;
  readonly traffic: ServerTraffic;
  readonly turns: WriteTurns;
  /** All of the body is with the kernel or in the socket's queue. `cut`: it is not whole, so close. */
  bodyWritten(cut: boolean): void;
  /** Bytes have gone out: the write timeout starts anew. */
  wroteBytes(count: number): void;
}

const crlf = Buffer.from('\r\n');

/**
 * Sends a body part by part as the socket takes it, in chunks where the head said so. Files go through a few shared
 * buffers: memory does not grow with their size.
 */
export class BodyWriter implements TurnTaker {
  private readonly owner: BodyWriterOwner;
  private request: RequestState;
  /** Waits for the socket to drain, or for the next second of a traffic limit. */
  private waiting = false;
  /** A piece of a file that waits for the kernel in this buffer. */
  private held: Buffer | null = null;
  /** Others send first. */
  private turnAhead = false;
  private done = false;
  private readonly piece = new PieceSize();
  sentThisSecond = 0;

  constructor(owner: BodyWriterOwner, request: RequestState) {
    this.owner = owner;
    this.request = request;
    request.responseBody.onChange = () => this.pump();
  }

  /** Sends what can be sent now. */
  pump(): void {
    if (this.waiting || this.turnAhead || this.done) return;
    const { socket, traffic, turns } = this.owner;
    const { responseBody: body, conf } = this.request;
    const { parts } = body;
    while (parts.length > 0 && !this.done) {
      const allowed = allowedBytes(conf, this.sentThisSecond, traffic);
      if (allowed === 0) {
        this.waiting = true;
        return;
      }
      const part = parts[0];
      const wanted = Math.min(allowed, this.piece.bytes);
      const sent = Buffer.isBuffer(part) ? this.sendMemory(part, wanted) : this.sendFile(part, wanted);
      if (sent < 0) {
        this.end(true);
        return;
      }
      this.account(sent);
      const mayGoOn = turns.spend(sent);
      // what the kernel does not take now stays in one buffer: a slow reader costs no more than that
      if (isBlocked(socket)) {
        this.waitForDrain();
        return;
      }
      if (!mayGoOn && parts.length > 0) {
        this.turnAhead = true;
        turns.wait(this);
        return;
      }
    }
    if (body.finished && parts.length === 0) this.end(body.failed);
  }

  private sendMemory(part: Buffer, wanted: number): number {
    const { parts } = this.request.responseBody;
    const data = part.length <= wanted ? part : part.subarray(0, wanted);
    if (data === part) parts.shift();
    else parts[0] = part.subarray(wanted);
    this.write(data, null);
    return data.length;
  }

  /** The next piece of a file; -1 where it cannot be read to its announced end. */
  private sendFile(part: FilePart, wanted: number): number {
    const { buffers } = this.owner;
    let count = 0;
    if (part.length > 0) {
      const buffer = buffers.take();
      count = part.read(buffer, Math.min(buffer.length, wanted));
      if (count <= 0) {
        buffers.give(buffer);
        return -1;
      }
      this.write(buffer.subarray(0, count), buffer);
    }
    if (part.length === 0) {
      this.request.responseBody.parts.shift();
      part.close();
    }
    return count;
  }

  /** `buffer`: the shared one that the data lies in. */
  private write(data: Buffer, buffer: Buffer | null): void {
    const { outputBatch, socket, buffers } = this.owner;
    this.piece.start();
    const written = this.request.sendChunked
      ? outputBatch.flushWithParts(socket, [chunkSize(data), data, crlf])
      : outputBatch.flushWith(socket, data);
    if (written === Written.notYet) this.writeToStream(data, buffer);
    else if (written === Written.waits) this.held = buffer;
    else if (buffer !== null) buffers.give(buffer);
    this.piece.finish(data.length);
  }

  /** TLS, or other bytes wait there already. */
  private writeToStream(data: Buffer, buffer: Buffer | null): void {
    const { outputBatch, socket, buffers } = this.owner;
    socket.cork();
    outputBatch.flush(socket);
    if (this.request.sendChunked) socket.write(chunkSize(data));
    if (buffer === null) socket.write(data);
    else socket.write(data, () => buffers.give(buffer));
    if (this.request.sendChunked) socket.write(crlf);
    socket.uncork();
  }

  private account(count: number): void {
    const { conf, responseBody } = this.request;
    this.sentThisSecond += count;
    if (conf.serverBytesPerSecond > 0) this.owner.traffic.add(conf, count);
    this.request.bodyBytesOut += count;
    this.owner.wroteBytes(count);
    responseBody.taken(count);
  }

  private waitForDrain(): void {
    const { held } = this;
    this.waiting = true;
    this.held = null;
    whenDrained(this.owner.socket, () => {
      this.waiting = false;
      if (held !== null) this.owner.buffers.give(held);
      this.owner.wroteBytes(0);
      this.pump();
    });
  }

  takeTurn(): void {
    this.turnAhead = false;
    this.pump();
  }

  /** A traffic limit allows bytes again. */
  nextSecond(): void {
    this.sentThisSecond = 0;
    if (!this.waiting || isBlocked(this.owner.socket)) return;
    this.waiting = false;
    this.pump();
  }

  private end(cut: boolean): void {
    this.done = true;
    this.request.responseBody.onChange = null;
    if (!cut && this.request.sendChunked) this.owner.socket.write(lastChunk(this.request), 'latin1');
    this.owner.bodyWritten(cut);
  }

  /** The connection has gone: nothing more is sent. */
  abandon(): void {
    this.done = true;
    this.request.responseBody.onChange = null;
  }
}

function chunkSize(data: Buffer): Buffer {
  return Buffer.from(`${data.length.toString(16)}\r\n`, 'latin1');
}

/** The last chunk and the trailers (RFC 9112, 7.1.2). */
function lastChunk({ responseBody }: RequestState): string {
  let trailers = '';
  for (const [name, value] of responseBody.trailers) trailers += `${name}: ${value}\r\n`;
  return `0\r\n${trailers}\r\n`;
}
