import { ChunkedDecoder } from '../http/chunked.js';
import { HttpVersion } from '../http/version.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { sendInterim } from '../plugin/send-interim.js';
import { type HeadLine, HeadReader } from './head-reader.js';
import { isLocalRedirect, startLocalRedirect } from './local-redirect.js';
import { type HeadOptions, type ResponseHead, takeResponseHead } from './response-head.js';
import { ResponseSpool } from './response-spool.js';
import { answerWithFile, type SendfileOptions } from './x-sendfile.js';
import { answerWithFileParts } from './x-sendfile2.js';

const trailerBytesMax = 8192;

export interface AnswerOptions extends HeadOptions {
  /** A Location alone leads to another answer of this server (RFC 3875, 6.2.2). */
  readonly localRedirect: boolean;
  /** Null: X-Sendfile is not honoured. */
  readonly sendfile: SendfileOptions | null;
  /** The head is complete and the body begins. */
  readonly onHead?: (head: ResponseHead) => void;
  /** The answer needs nothing more of the backend. */
  readonly onEnd: () => void;
}

/**
 * Turns what a backend sends into the answer to a request: head, framing, buffering or streaming, errors. Whatever
 * goes wrong, the client can tell: by a status of 5xx while the head is not out, by a cut connection afterwards.
 * After `detach` the request belongs to somebody else, and is touched no more.
 */
export class BackendAnswer {
  /** The result of the handler: known with the head where the answer is streamed, else with its end. */
  readonly result: Promise<HandlerResult>;
  /** Null until the final head has arrived. */
  head: ResponseHead | null = null;
  hasEnded = false;
  /** It ended where its head said, with nothing behind it. */
  endsExactly = false;
  /** The body goes to the client as it comes. */
  isStreamed = false;
  /** An authorizer says that the request may pass; it counts once the answer is whole. */
  private isYes = false;
  private readonly request: RequestState;
  private readonly options: AnswerOptions;
  private readonly reader = new HeadReader();
  private readonly spool: ResponseSpool;
  private decoder: ChunkedDecoder | null = null;
  /** Bytes of the body still to come; -1 where only its end tells. */
  private remaining = -1;
  private resolve!: (result: HandlerResult) => void;

  constructor(request: RequestState, options: AnswerOptions) {
    this.request = request;
    this.options = options;
    this.spool = new ResponseSpool(request.conf.uploadDirs);
    this.result = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Bytes of head and body, as HTTP and CGI write them. */
  feed(bytes: Buffer): void {
    if (this.hasEnded) return;
    if (this.head === null) this.feedHead(bytes);
    else if (!this.isYes) this.feedBody(bytes);
  }

  /** The client gets this status, and from then on whatever the backend sends. */
  startTunnel(status: number): void {
    this.request.status = status;
    this.startBody({ ...emptyHead, statusGiven: true, upgraded: true }, noBytes);
  }

  /** Undefined where more may be fed at once; otherwise a promise of the room for it. */
  room(): Promise<void> | undefined {
    return this.isStreamed && !this.hasEnded ? this.request.responseBody.room() : undefined;
  }

  /** The backend has said all it had to say. */
  end(): void {
    if (this.hasEnded) return;
    if (this.head === null) this.endWithoutHead();
    else if (this.isYes) this.close(HandlerResult.finished);
    else if (this.decoder !== null) this.cut();
    else if (this.remaining > 0) this.endTooShort();
    else this.complete();
  }

  /** The backend failed; `status` is the answer where the head is not out yet. */
  fail(status: number): void {
    if (this.hasEnded) return;
    if (this.head === null || this.isYes) this.refuse(status);
    else this.cut();
  }

  /** The backend took too long: what it has said so far is the answer, with 504 unless it gave a status. */
  timeOut(): void {
    if (this.hasEnded) return;
    if (this.head === null) this.refuse(504);
    else if (this.remaining > 0 || this.decoder !== null || this.head.statusGiven) this.cut();
    else {
      if (this.request.status === 0) this.request.status = 504;
      this.complete();
    }
  }

  /** The request is over, whatever the backend still does. */
  detach(): void {
    if (!this.hasEnded) this.close(HandlerResult.error);
  }

  private feedHead(bytes: Buffer): void {
    for (let rest = bytes; this.head === null && !this.hasEnded; ) {
      const outcome = this.reader.read(rest);
      if (outcome.type === 'incomplete') return;
      if (outcome.type === 'noHead') this.takeAsBody();
      else if (outcome.type === 'tooLarge') {
        const { conf, uri } = this.request;
        conf.errorLog.error('http-header-glue.c', `response headers too large for ${uri.path}`);
        this.refuse(502);
      } else {
        rest = outcome.rest;
        this.takeHead(outcome.lines, rest);
        if (rest.length === 0) return;
      }
    }
  }

  private takeHead(lines: readonly HeadLine[], rest: Buffer): void {
    const { request } = this;
    const head = takeResponseHead(request, lines, this.options);
    if (head.refusedWith !== 0) this.refuse(head.refusedWith);
    else if (request.status >= 100 && request.status < 200 && request.status !== 101) this.relayInterim();
    else this.startBody(head, rest);
  }

  private relayInterim(): void {
    const { request } = this;
    const { features } = request.server;
    const discard =
      features.bool('server.discard-backend-1xx', false) ||
      (request.version === HttpVersion.http2
        ? features.bool('server.h2-discard-backend-1xx', false)
        : features.bool('server.h1-discard-backend-1xx', false));
    if (discard) request.responseHeaders.clear();
    else sendInterim(request, request.status);
    request.status = 0;
  }

  /** A program that writes no head at all has written a text for people; other backends are held to their protocol. */
  private takeAsBody(): void {
    if (this.options.kind !== 'cgi') {
      this.refuse(502);
      return;
    }
    this.request.status = 200;
    this.startBody(emptyHead, this.reader.pending);
  }

  private startBody(head: ResponseHead, rest: Buffer): void {
    const { status } = this.request;
    this.head = head;
    this.isYes = this.options.authorizer && (status === 0 || status === 200);
    if (this.isYes) return;
    const result = this.resultWithoutBody(head, rest);
    if (result !== null) {
      this.close(result);
      return;
    }
    this.options.onHead?.(head);
    this.remaining = head.contentLength;
    this.decoder = head.chunked ? this.newDecoder() : null;
    if (this.hasNoBody(head)) this.expectNoBody();
    if (this.hasEnded) return;
    this.isStreamed = head.upgraded || head.incremental || this.request.conf.streamResponseBody > 0;
    if (rest.length > 0) this.feedBody(rest);
    if (this.hasEnded) return;
    if (this.remaining === 0) this.completeExactly(rest.length === 0);
    // the head can go out; the rest of the body follows
    else if (this.isStreamed) this.resolve(HandlerResult.finished);
  }

  /** Does the request or the status say that no body comes, whatever the head announces? */
  private hasNoBody({ upgraded }: ResponseHead): boolean {
    const { method, status } = this.request;
    return !upgraded && (method === 'HEAD' || status === 204 || status === 304);
  }

  /** A server sends none; a program may send one all the same, and it is not passed on. */
  private expectNoBody(): void {
    const isServer = this.options.kind === 'proxy';
    if (this.decoder === null) this.remaining = isServer ? 0 : -1;
    else if (isServer) this.cut();
  }

  /** The result of an answer that is not the backend's body; null where it is. */
  private resultWithoutBody(head: ResponseHead, rest: Buffer): HandlerResult | null {
    const { request, options } = this;
    if (options.localRedirect && rest.length === 0 && isLocalRedirect(request, head)) {
      this.hasEnded = true;
      return startLocalRedirect(request);
    }
    if (options.sendfile === null) return null;
    const isSent =
      (options.kind === 'fastcgi' && answerWithFileParts(request, options.sendfile)) ||
      answerWithFile(request, options.kind, options.sendfile);
    return isSent ? HandlerResult.finished : null;
  }

  private newDecoder(): ChunkedDecoder {
    const { conf, responseHeaders } = this.request;
    return new ChunkedDecoder(0, {
      strict: conf.headerStrict,
      announced: responseHeaders.get('trailer'),
      sizeMax: trailerBytesMax,
      whitelist: null,
      dropInvalid: true,
    });
  }

  private feedBody(bytes: Buffer): void {
    const { decoder } = this;
    if (decoder !== null) {
      const content: Buffer[] = [];
      const used = decoder.decode(bytes, content);
      for (const piece of content) if (!this.append(piece)) return;
      if (decoder.status !== 0 || used < bytes.length) {
        this.request.conf.errorLog.error('http_chunk.c', 'chunked header invalid chars');
        this.cut();
      } else if (decoder.finished) this.completeExactly(true);
    } else if (this.remaining < 0) this.append(bytes);
    else {
      // what exceeds the announced length is cut off silently, as lighttpd does
      const content = bytes.length > this.remaining ? bytes.subarray(0, this.remaining) : bytes;
      this.remaining -= content.length;
      if (this.append(content) && this.remaining === 0) this.completeExactly(content.length === bytes.length);
    }
  }

  private append(content: Buffer): boolean {
    if (this.isStreamed) this.request.responseBody.append(content);
    else if (!this.spool.append(content)) {
      this.request.conf.errorLog.error(
        'http_chunk.c',
        'an answer cannot be kept: no room under server.upload-dirs',
      );
      this.cut();
      return false;
    }
    return true;
  }

  /** A program's output without a blank line is a body, too; an output of nothing is a failure. */
  private endWithoutHead(): void {
    if (this.options.kind === 'cgi' && this.reader.pending.length > 0) {
      this.takeAsBody();
      this.complete();
    } else this.refuse(500);
  }

  /** Fewer bytes than announced: they are sent under the announced length, and the connection is closed. */
  private endTooShort(): void {
    this.request.keepAlive = false;
    if (this.isStreamed) this.cut();
    else this.complete();
  }

  private completeExactly(isExact: boolean): void {
    this.endsExactly = isExact;
    this.complete();
  }

  private complete(): void {
    if (this.hasEnded) return;
    const { request } = this;
    const trailers = this.decoder?.trailers ?? [];
    if (this.isStreamed) {
      if (trailers.length > 0) request.responseBody.trailers = trailers;
    } else {
      this.spool.moveTo(request.responseBody);
      if (this.decoder?.hadTrailers) request.responseHeaders.unset('trailer');
      for (const [name, value] of trailers) request.responseHeaders.insert(name, value);
    }
    request.responseBody.finish();
    this.close(HandlerResult.finished);
  }

  /** The rest of the body is lost. */
  private cut(): void {
    const { request } = this;
    request.keepAlive = false;
    if (!this.isStreamed) this.spool.moveTo(request.responseBody);
    request.responseBody.fail();
    this.close(HandlerResult.finished);
  }

  /** The server answers with an error of its own. */
  private refuse(status: number): void {
    const { request } = this;
    request.responseHeaders.clear();
    request.handler = null;
    request.status = status;
    this.close(HandlerResult.finished);
  }

  private close(result: HandlerResult): void {
    this.hasEnded = true;
    this.spool.drop();
    this.resolve(result);
    this.options.onEnd();
  }
}

const noBytes = Buffer.alloc(0);

const emptyHead: ResponseHead = {
  statusGiven: false,
  contentLength: -1,
  chunked: false,
  upgraded: false,
  incremental: false,
  persistent: false,
  refusedWith: 0,
};
