import { FilePart } from '../files/file-part.js';

export type BodyPart = Buffer | FilePart;

const noTrailers: readonly (readonly [string, string])[] = [];

/** Above this many queued bytes a producer should wait for room. */
const highWaterMark = 65536;

/**
 * The body of an answer as a queue of memory and file parts. Whoever makes the answer appends; the connection takes.
 * `finished` says that nothing more will come.
 */
export class ResponseBody {
  readonly parts: BodyPart[] = [];
  /** Bytes that wait in `parts`. */
  length = 0;
  finished = false;
  /**
   * The producer failed part-way: what is queued is sent, framed so that the client can tell that the rest is missing
   * (the announced Content-Length, or chunks without the last one), and the connection is cut.
   */
  failed = false;
  /** Fields that follow the last chunk of a streamed body; set before `finish`. */
  trailers: readonly (readonly [name: string, value: string])[] = noTrailers;
  /** Called after each change, once the connection writes this body. */
  onChange: (() => void) | null = null;
  private waiting: (() => void)[] = [];
  private dropped = false;

  append(data: Buffer | string): void {
    if (this.dropped) return;
    const buffer = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    if (buffer.length === 0) return;
    this.parts.push(buffer);
    this.length += buffer.length;
    this.onChange?.();
  }

  appendFile(part: FilePart): void {
    if (this.dropped) {
      part.close();
      return;
    }
    this.parts.push(part);
    this.length += part.length;
    this.onChange?.();
  }

  finish(): void {
    this.finished = true;
    this.onChange?.();
  }

  fail(): void {
    this.failed = true;
    this.finished = true;
    this.onChange?.();
  }

  /** Undefined where there is room; otherwise a promise of it. Also resolves when the client has gone. */
  room(): Promise<void> | undefined {
    if (this.length < highWaterMark) return undefined;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** The connection has taken `bytes` from the front of the queue. */
  taken(bytes: number): void {
    this.length -= bytes;
    if (this.waiting.length > 0 && this.length < highWaterMark) this.wake();
  }

  /** Takes all parts out; their files stay open. */
  takeParts(): BodyPart[] {
    const parts = this.parts.slice();
    this.parts.length = 0;
    this.length = 0;
    return parts;
  }

  /** Closes the part's file once everything appended so far has been sent, or is dropped. */
  closeWhenDone(part: FilePart): void {
    if (part.closeFd) this.parts.push(new FilePart(part.fd, 0, 0, true));
  }

  /** Drops everything; file parts are closed. */
  clear(): void {
    if (this.parts.length === 0 && !this.finished && this.waiting.length === 0) return;
    // one by one: to set the length of an array costs more than all the rest here
    for (let part = this.parts.pop(); part !== undefined; part = this.parts.pop())
      if (!Buffer.isBuffer(part)) part.close();
    this.length = 0;
    this.finished = false;
    this.failed = false;
    this.trailers = noTrailers;
    this.wake();
  }

  /** Nobody will take the body any more: what is there, and what still comes, is thrown away. */
  drop(): void {
    this.clear();
    this.dropped = true;
    this.onChange = null;
  }

  private wake(): void {
    const waiting = this.waiting;
    if (waiting.length === 0) return;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
