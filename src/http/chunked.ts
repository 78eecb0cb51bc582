import { readTrailers, type Trailer, type TrailerRules } from './trailers.js';
import { hexValue } from './url-bytes.js';

/** Where the decoder is in the body (RFC 9112, 7.1). */
const Step = {
  size: 0,
  blanks: 1,
  extension: 2,
  sizeEnd: 3,
  content: 4,
  contentEnd: 5,
  lineFeed: 6,
  trailers: 7,
};

/** A chunk's first line, its end included, must be shorter. */
const sizeLineLimit = 1024;
/** Sizes of 60 bits and more are refused. */
const sizeLimit = 2 ** 59;

const cr = 13;
const lf = 10;

/**
 * Takes the chunked coding off a request body, strictly (lighttpd's h1_chunked). Feed it what has arrived, in any
 * pieces, until it is `finished` or has a `status`.
 */
export class ChunkedDecoder {
  /** 0, or the status to answer with: 400, or 413 once a chunk announces too much. */
  status = 0;
  /** The last chunk has come, with its trailers. */
  finished = false;
  /** Bytes of content so far. */
  bytesIn = 0;
  /** Once finished: those that may join the headers. */
  trailers: readonly Trailer[] = [];

  private readonly contentMax: number;
  private readonly trailerRules: TrailerRules;
  private step = Step.size;
  private sizeLineBytes = 0;
  private size = 0;
  private trailerText = '';
  private trailerBytes = 0;
  private trailerLineBytes = 0;
  private lastTrailerByte = 0;

  /** Did fields follow the last chunk, whatever became of them? */
  get hadTrailers(): boolean {
    return this.finished && this.trailerText.length > 2;
  }

  /** `contentMax` in bytes; 0: no limit. */
  constructor(contentMax: number, trailerRules: TrailerRules) {
    this.contentMax = contentMax;
    this.trailerRules = trailerRules;
  }

  /**
   * Adds the content found in `data` to `content`, as views of `data`: copy what must outlive it. Returns how many
   * bytes belonged to the body; what is left once it is finished starts the next request.
   */
  decode(data: Buffer, content: Buffer[]): number {
    let at = 0;
    while (at < data.length && !this.finished && this.status === 0) {
      if (this.step === Step.content) {
        const end = Math.min(data.length, at + this.size);
        content.push(data.subarray(at, end));
        this.bytesIn += end - at;
        this.size -= end - at;
        at = end;
        if (this.size === 0) this.step = Step.contentEnd;
      } else if (this.step === Step.trailers) at = this.takeTrailers(data, at);
      else this.takeFramingByte(data[at++]);
    }
    return at;
  }

  private takeFramingByte(byte: number): void {
    if (this.step === Step.contentEnd) this.expect(byte === cr, Step.lineFeed);
    else if (this.step === Step.lineFeed) this.expect(byte === lf, Step.size);
    else if (++this.sizeLineBytes >= sizeLineLimit) this.status = 400;
    else if (this.step === Step.sizeEnd) {
      this.expect(byte === lf, Step.content);
      if (this.status === 0) this.startChunk();
    } else this.takeSizeByte(byte);
  }

  private takeSizeByte(byte: number): void {
    const digit = this.step === Step.size ? hexValue(byte) : -1;
    if (digit >= 0) {
      this.expect(this.size < sizeLimit, Step.size);
      this.size = this.size * 16 + digit;
    } else if (this.sizeLineBytes === 1) this.status = 400;
    else if (byte === cr) this.step = Step.sizeEnd;
    else if (this.step === Step.extension) this.expect(byte !== lf && byte !== 0, Step.extension);
    else if (byte === 59) this.step = Step.extension;
    else this.expect(byte === 32 || byte === 9, Step.blanks);
  }

  private startChunk(): void {
    this.sizeLineBytes = 0;
    if (this.size === 0) this.step = Step.trailers;
    else if (this.contentMax !== 0 && this.size > this.contentMax - this.bytesIn) this.status = 413;
  }

  /** Returns the place behind what belongs to the body. */
  private takeTrailers(data: Buffer, start: number): number {
    let at = start;
    let isLast = false;
    while (at < data.length && this.status === 0 && !isLast) {
      const byte = data[at++];
      if (byte !== lf) {
        this.trailerLineBytes++;
        this.expect(++this.trailerBytes <= this.trailerRules.sizeMax + 2, Step.trailers);
      } else {
        this.expect(this.lastTrailerByte === cr, Step.trailers);
        isLast = this.trailerLineBytes === 1;
        this.trailerLineBytes = 0;
      }
      this.lastTrailerByte = byte;
    }
    this.trailerText += data.toString('latin1', start, at);
    if (isLast && this.status === 0) this.finish();
    return at;
  }

  private finish(): void {
    const trailers =
      readTrailers(this.trailerText.slice(0, -2), this.trailerRules) ??
      (this.trailerRules.dropInvalid ? [] : null);
    if (trailers === null) {
      this.status = 400;
      return;
    }
    this.trailers = trailers;
    this.finished = true;
  }

  private expect(isRight: boolean, next: number): void {
    if (isRight) this.step = next;
    else this.status = 400;
  }
}
