import type { Socket } from 'node:net';
import { writeLatin1 } from '../base/latin1.js';
import { DirectWriter, Written } from './direct-write.js';

const batchSize = 65536;
/** To copy more costs more than to name it to the kernel. */
const copiedMax = 4096;

/**
 * Collects what one read event answers, so that it goes out in one write however many pipelined requests it held.
 * One object serves a worker: it is always flushed before the event ends.
 */
export class OutputBatch {
  buffer = Buffer.allocUnsafeSlow(batchSize);
  length = 0;
  private readonly writer = new DirectWriter();
  private view = this.buffer.subarray(0, 0);

  get room(): number {
    return batchSize - this.length;
  }

  append(data: Buffer): void {
    this.buffer.set(data, this.length);
    this.length += data.length;
  }

  /** Takes the end of an answer: a small one is copied, a larger one goes out now. */
  appendLast(data: Buffer, socket: Socket): void {
    if (data.length > copiedMax && this.flushWith(socket, data) !== Written.notYet) return;
    if (data.length > this.room) this.flush(socket);
    this.append(data);
  }

  /**
   * Writes what was collected, and this behind it, which must stay as it is for as long as it `waits`. `notYet`: neither
   * is written.
   */
  flushWith(socket: Socket, data: Buffer): Written {
    if (this.length === 0) return this.writer.write(socket, data);
    return this.flushAll(socket, [this.collected(), data]);
  }

  /** The same of several. */
  flushWithParts(socket: Socket, parts: readonly Buffer[]): Written {
    return this.flushAll(socket, this.length === 0 ? parts : [this.collected(), ...parts]);
  }

  private flushAll(socket: Socket, parts: readonly Buffer[]): Written {
    const written = this.writer.write(socket, parts);
    if (written === Written.notYet) return written;
    this.length = 0;
    if (written === Written.waits) this.renew();
    return written;
  }

  appendText(text: string): void {
    this.length += writeLatin1(this.buffer, text, this.length);
  }

  /** Writes what was collected. The buffer is used again only if the kernel has taken all of it. */
  flush(socket: Socket): void {
    if (this.length === 0) return;
    const data = this.collected();
    this.length = 0;
    const written = this.writer.write(socket, data);
    if (written === Written.waits) this.renew();
    if (written !== Written.notYet) return;
    socket.write(data);
    if (socket.writableLength > 0) this.renew();
  }

  /** Answers are often of one length: the view of the last one does for the next. */
  private collected(): Buffer {
    if (this.view.length !== this.length) this.view = this.buffer.subarray(0, this.length);
    return this.view;
  }

  private renew(): void {
    this.buffer = Buffer.allocUnsafeSlow(batchSize);
    this.view = this.buffer.subarray(0, 0);
  }
}
