import { SpoolFile } from '../../files/spool-file.js';
import type { RequestBody } from '../../plugin/request-body.js';
import type { RequestState } from '../../plugin/request-state.js';

/** The body of a request as a script has made it. */
export class ReplacedBody implements RequestBody {
  readonly finished = true;
  readonly isCollected = true;
  private content: Buffer;
  private readonly original: RequestBody;
  private readonly request: RequestState;
  private spool: SpoolFile | null = null;

  constructor(request: RequestState, original: RequestBody, content: Buffer) {
    this.request = request;
    this.original = original;
    this.content = content;
  }

  get length(): number {
    return this.content.length;
  }

  get bytesIn(): number {
    return this.content.length;
  }

  get fileDescriptor(): number {
    return this.spool?.fd ?? -1;
  }

  async collect(intoFile = false): Promise<number> {
    if (!intoFile || this.spool !== null || this.content.length === 0) return 0;
    this.spool = SpoolFile.create(this.request.conf.uploadDirs);
    return this.spool?.append(this.content) ? 0 : 500;
  }

  collected(): Buffer {
    return this.content;
  }

  takeArrived(): number {
    return 0;
  }

  async *chunks(): AsyncIterable<Buffer> {
    if (this.content.length > 0) yield this.content;
  }

  tunnel(): AsyncIterable<Buffer> {
    return this.original.tunnel();
  }

  discard(): void {
    this.content = Buffer.alloc(0);
    this.original.discard();
  }

  close(): void {
    this.spool?.close();
    this.spool = null;
  }
}

/** The whole body as latin1 text; null where it has not been read. */
export function wholeBody({ body }: RequestState): string | null {
  return body.collected()?.toString('latin1') ?? null;
}

export function replaceBody(request: RequestState, content: string): void {
  releaseBody(request);
  request.body = new ReplacedBody(request, request.body, Buffer.from(content, 'latin1'));
}

/** Closes what a replaced body has open. */
export function releaseBody({ body }: RequestState): void {
  if (body instanceof ReplacedBody) body.close();
}
