import { SpoolFile } from '../files/spool-file.js';
import { ParseOption } from '../http/parse-options.js';
import { readTrailerWhitelist, type Trailer, type TrailerRules } from '../http/trailers.js';
import { HttpVersion } from '../http/version.js';
import { type RequestBody, RequestBodyError } from '../plugin/request-body.js';
import type { RequestState } from '../plugin/request-state.js';

/** Where the bytes of a body come from. */
export interface BodySource {
  pauseReading(): void;
  resumeReading(): void;
  /** Bytes behind the body: they start the next request. */
  unread(data: Buffer): void;
  /** Bytes behind the body that have come already, for a tunnel. */
  takeUnread(): Buffer | null;
  sendContinue(): void;
}

/** Bodies up to this size stay in memory. */
const memoryMax = 65536;
/** With this much waiting for a reader, the client has to wait. */
const waitingMax = 65536;

type Mode = 'idle' | 'collect' | 'stream' | 'tunnel' | 'discard';

/**
 * A request body that comes in pieces, whatever the protocol. Bytes that arrive before anybody asks are kept up to a
 * bound, then the client has to wait; they are looked at only once a handler reads (so that a body nobody reads costs
 * nothing but the connection).
 */
export abstract class ReceivedBody implements RequestBody {
  length: number;
  bytesIn = 0;
  finished = false;
  protected readonly request: RequestState;
  protected readonly source: BodySource;
  protected mode: Mode = 'idle';
  /** 0, the status to answer with, or -1 where the client has gone. */
  protected status = 0;
  /** Fields that came behind the content, as far as the whitelist lets them. */
  protected trailers: readonly Trailer[] = [];
  private ended = false;
  /** Bytes as they came, before anybody asked. */
  private early: Buffer[] = [];
  /** Content for the reader, or the collected content while it is small. */
  private queue: Buffer[] = [];
  private queued = 0;
  private spool: SpoolFile | null = null;
  private wake: (() => void) | null = null;

  /** `length` as announced; -1 where only its end will tell. */
  constructor(request: RequestState, source: BodySource, length: number) {
    this.request = request;
    this.source = source;
    this.length = length;
    this.finished = length === 0;
  }

  /** Takes what has arrived, once somebody reads: `take` for content, `finish` for the end. */
  protected abstract consume(data: Buffer): void;

  get fileDescriptor(): number {
    return this.spool?.fd ?? -1;
  }

  /** Does the connection read on behalf of this body now? */
  get isReading(): boolean {
    return this.mode !== 'idle' && this.mode !== 'discard' && !this.finished && this.status === 0;
  }

  /** Takes over what has arrived. The data may be a view of a buffer that is about to be used again. */
  feed(data: Buffer): void {
    if (this.mode === 'idle') {
      this.early.push(Buffer.from(data));
      this.hold(data.length);
    } else if (this.mode === 'tunnel') {
      this.enqueue(data);
    } else if (this.mode !== 'discard') {
      this.consume(data);
    }
  }

  /** The client has closed its side. */
  end(): void {
    this.ended = true;
    if (!this.finished && this.mode !== 'tunnel' && this.early.length === 0) this.fail(-1);
    this.notify();
  }

  async collect(intoFile = false): Promise<number> {
    if (this.mode === 'idle') {
      if (intoFile && !this.startSpool()) return 500;
      this.start('collect');
    }
    while (!this.finished && this.status === 0) await this.changed();
    if (this.finished) this.acceptTrailers();
    return this.status;
  }

  async *chunks(): AsyncIterable<Buffer> {
    if (this.mode === 'collect') {
      yield* this.pieces();
      return;
    }
    this.start('stream');
    yield* this.dequeue(() => this.finished);
    if (this.status !== 0) throw new RequestBodyError(this.status);
  }

  async *tunnel(): AsyncIterable<Buffer> {
    const early = this.early;
    const unread = this.source.takeUnread();
    this.early = [];
    this.queued = 0;
    // a body that was read whole has been handed on by now
    if (this.mode === 'collect') this.queue = [];
    this.mode = 'tunnel';
    for (const data of early) this.enqueue(data);
    if (unread !== null) this.enqueue(unread);
    this.source.resumeReading();
    yield* this.dequeue(() => this.ended);
  }

  discard(): void {
    this.mode = 'discard';
    this.early = [];
    this.queue = [];
    this.length = 0;
    this.notify();
  }

  /** The request is over: frees what it holds. */
  close(): void {
    this.mode = 'discard';
    this.spool?.close();
    this.spool = null;
    this.early = [];
    this.queue = [];
    if (!this.finished && this.status === 0) this.status = -1;
    this.notify();
  }

  private start(mode: 'collect' | 'stream'): void {
    if (this.mode !== 'idle') return;
    this.mode = mode;
    const { headers, version } = this.request;
    const expected = headers.get('expect');
    if (expected !== undefined) {
      headers.unset('expect');
      const waits = expected.toLowerCase() === '100-continue' && version >= HttpVersion.http11;
      if (waits && this.early.length === 0 && this.bytesIn === 0) this.source.sendContinue();
    }
    this.consumeEarly();
    if (this.ended && !this.finished) this.fail(-1);
    if (!this.finished) this.source.resumeReading();
  }

  takeArrived(): number {
    if (this.mode === 'idle') this.consumeEarly();
    return this.status;
  }

  protected consumeEarly(): void {
    const early = this.early;
    this.early = [];
    this.queued = 0;
    for (const data of early) this.consume(data);
  }

  protected take(content: Buffer): void {
    this.bytesIn += content.length;
    if (this.mode === 'stream') this.enqueue(content);
    else if (this.mode !== 'discard') this.store(content);
  }

  private store(content: Buffer): void {
    if (this.spool === null && this.bytesIn <= memoryMax) {
      this.queue.push(Buffer.from(content));
      return;
    }
    if (this.spool === null && !this.startSpool()) return;
    if (!this.spool?.append(content)) this.fail(500);
  }

  /** Moves what was collected so far into a file. */
  private startSpool(): boolean {
    this.spool = SpoolFile.create(this.request.conf.uploadDirs);
    const moved = this.queue;
    this.queue = [];
    if (this.spool === null || !moved.every((data) => this.spool?.append(data))) {
      this.request.conf.errorLog.error(
        'chunk.c',
        `cannot write to server.upload-dirs: ${this.request.conf.uploadDirs}`,
      );
      this.fail(500);
      return false;
    }
    return true;
  }

  get isCollected(): boolean {
    return this.length === 0 || (this.mode === 'collect' && this.finished);
  }

  collected(): Buffer | null {
    if (!this.isCollected) return null;
    if (this.length === 0) return Buffer.alloc(0);
    if (this.spool === null) return Buffer.concat(this.queue);
    const content = Buffer.alloc(this.spool.length);
    this.spool.read(content, 0);
    return content;
  }

  private async *pieces(): AsyncIterable<Buffer> {
    yield* this.queue;
    if (this.spool === null) return;
    for (let offset = 0; offset < this.spool.length; ) {
      const buffer = Buffer.allocUnsafe(memoryMax);
      const count = this.spool.read(buffer, offset);
      if (count <= 0) return;
      offset += count;
      yield buffer.subarray(0, count);
    }
  }

  private enqueue(content: Buffer): void {
    this.queue.push(Buffer.from(content));
    this.hold(content.length);
    this.notify();
  }

  private hold(count: number): void {
    this.queued += count;
    if (this.queued >= waitingMax) this.source.pauseReading();
  }

  /** Hands out what comes, until there is no more or the reading fails. */
  private async *dequeue(isOver: () => boolean): AsyncIterable<Buffer> {
    for (;;) {
      for (let data = this.queue.shift(); data !== undefined; data = this.queue.shift()) {
        this.queued -= data.length;
        if (this.queued < waitingMax) this.source.resumeReading();
        yield data;
      }
      if (isOver() || this.status !== 0) return;
      await this.changed();
    }
  }

  private changed(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  protected notify(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }

  protected finish(): void {
    this.finished = true;
    this.notify();
  }

  protected fail(status: number): void {
    if (this.finished || this.status !== 0) return;
    this.status = status;
    this.notify();
  }

  /** What the request's trailers must keep to. */
  protected trailerRules(): TrailerRules {
    const { conf, server, headers } = this.request;
    return {
      strict: (conf.parseOptions & ParseOption.headerStrict) !== 0,
      announced: headers.get('trailer'),
      sizeMax: conf.maxRequestFieldSize,
      whitelist: readTrailerWhitelist(server.features.text('request.trailer-whitelist', '')),
    };
  }

  /** Those of a body that was read whole join the headers. */
  private acceptTrailers(): void {
    for (const [name, value] of this.trailers) this.request.headers.append(name, value);
    this.trailers = [];
  }
}
