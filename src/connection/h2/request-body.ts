import { readTrailers } from '../../http/trailers.js';
import type { RequestState } from '../../plugin/request-state.js';
import { type BodySource, ReceivedBody } from '../received-body.js';

/** A request body on HTTP/2: its frames' content, until one of them ends the stream. */
export class Http2RequestBody extends ReceivedBody {
  private received = 0;
  /** The stream has been ended; the content may still wait for a reader. */
  private isWhole = false;
  private readonly isTunnel: boolean;

  /** `length` as announced; -1 where the client has not said it. `isTunnel`: there is no body, and bytes come later. */
  constructor(request: RequestState, source: BodySource, length: number, isTunnel = false) {
    super(request, source, length);
    this.isTunnel = isTunnel;
    // (an announced length of 0 needs the end of the stream, too)
    this.finished = isTunnel;
  }

  override feed(data: Buffer): void {
    this.received += data.length;
    const { conf } = this.request;
    const sizeMax = conf.maxRequestSize * 1024;
    if (sizeMax > 0 && this.received > sizeMax && !this.isTunnel) {
      if (this.status === 0) conf.errorLog.error('h2.c', `request-size too long: ${this.received} -> 413`);
      this.fail(413);
      return;
    }
    super.feed(data);
  }

  /** The client has ended the stream. False where it has sent another length than it announced. */
  endStream(): boolean {
    if (this.isTunnel) {
      this.end();
      return true;
    }
    if (this.length >= 0 && this.received !== this.length && this.mode !== 'discard') return false;
    this.isWhole = true;
    if (this.mode !== 'idle' || this.received === 0) this.finishIfWhole();
    return true;
  }

  /** Trailers came; the body is answered with 400 where they break a rule. */
  takeTrailers(names: readonly string[], values: readonly string[], count: number): void {
    let section = '';
    for (let i = 0; i < count; i++) section += `${names[i]}: ${values[i]}\r\n`;
    const trailers = readTrailers(section, this.trailerRules());
    if (trailers === null) this.fail(400);
    else this.trailers = trailers;
  }

  /** Would more than the announced length be there with so many bytes? */
  isExceededBy(count: number): boolean {
    const isBounded = this.length >= 0 && !this.isTunnel && this.mode !== 'discard';
    return isBounded && this.received + count > this.length;
  }

  protected override consumeEarly(): void {
    super.consumeEarly();
    this.finishIfWhole();
  }

  protected consume(data: Buffer): void {
    if (this.status === 0 && !this.finished) this.take(data);
  }

  private finishIfWhole(): void {
    if (!this.isWhole || this.finished || this.status !== 0) return;
    if (this.length < 0) this.length = this.bytesIn;
    this.finish();
  }
}
