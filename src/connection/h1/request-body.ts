import { ChunkedDecoder } from '../../http/chunked.js';
import type { RequestState } from '../../plugin/request-state.js';
import { type BodySource, ReceivedBody } from '../received-body.js';

/** A request body on HTTP/1.1: as long as it says, or in chunks. */
export class Http1RequestBody extends ReceivedBody {
  private readonly isChunked: boolean;
  /** Made when reading starts: by then the settings of the request are known. */
  private decoder: ChunkedDecoder | null = null;

  /** `length` as announced; -1 for a chunked body. */
  constructor(request: RequestState, source: BodySource, length: number) {
    super(request, source, length);
    this.isChunked = length < 0;
  }

  /** Are bytes that arrive this body's, or a later request's? */
  get takesBytes(): boolean {
    return !this.finished || this.mode === 'tunnel';
  }

  protected override consumeEarly(): void {
    if (this.isChunked && !this.finished) this.decoder ??= this.makeDecoder();
    super.consumeEarly();
  }

  private makeDecoder(): ChunkedDecoder {
    return new ChunkedDecoder(this.request.conf.maxRequestSize * 1024, this.trailerRules());
  }

  protected consume(data: Buffer): void {
    if (this.finished) {
      this.source.unread(data);
      return;
    }
    if (this.status !== 0) return;
    if (this.decoder !== null) {
      this.decode(this.decoder, data);
      return;
    }
    const content =
      data.length <= this.length - this.bytesIn ? data : data.subarray(0, this.length - this.bytesIn);
    this.take(content);
    if (this.bytesIn === this.length) this.finishBefore(data.subarray(content.length));
  }

  private decode(decoder: ChunkedDecoder, data: Buffer): void {
    const content: Buffer[] = [];
    const used = decoder.decode(data, content);
    for (const piece of content) this.take(piece);
    if (decoder.status !== 0) this.fail(decoder.status);
    else if (decoder.finished) {
      this.length = this.bytesIn;
      this.trailers = decoder.trailers;
      this.finishBefore(data.subarray(used));
    }
  }

  private finishBefore(rest: Buffer): void {
    if (rest.length > 0) this.source.unread(rest);
    this.finish();
  }
}
