import { writeLatin1 } from '../../base/latin1.js';
import { trimBlanks } from '../../http/field-syntax.js';
import { encodeField, encodePlainField, encodeStatus, fieldSizeMax } from '../../http/hpack/encoder.js';
import type { RequestState } from '../../plugin/request-state.js';
import { isInternalField } from '../response-fields.js';

/** Fields of HTTP/1.x that say nothing here (RFC 9113, 8.2.2). */
const leftOut: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** The block made from a template, with the place of the date in it. */
interface TemplateBlock {
  readonly status: number;
  readonly serverTag: string | null;
  readonly bytes: Buffer;
  readonly dateAt: number;
  /** Bytes of the head as HTTP/1.x would have it. */
  readonly headBytes: number;
  date: string;
}

/** Makes the blocks of answers. One object serves a worker. */
export class ResponseBlocks {
  private scratch = Buffer.allocUnsafeSlow(4096);
  /** Where the date stands in the block that was made last; -1 where the answer has its own. */
  private dateAt = -1;

  /**
   * The fields of an answer (h2_send_headers), valid until the next block is made. An answer that shows an unchanged
   * template has its block made once; then only the date is written anew.
   */
  ofResponse(request: RequestState): Buffer {
    const { template } = request.responseHeaders;
    if (template === null) return this.encode(request);
    const { serverTag } = request.conf;
    let block = template.block as TemplateBlock | null;
    if (block === null || block.status !== request.status || block.serverTag !== serverTag) {
      block = this.makeTemplateBlock(request);
      template.block = block;
    }
    const { date } = request.server.clock;
    if (block.date !== date && block.dateAt >= 0) {
      writeLatin1(block.bytes, date, block.dateAt);
      block.date = date;
    }
    request.headBytesOut = block.headBytes;
    return block.bytes;
  }

  private makeTemplateBlock(request: RequestState): TemplateBlock {
    const bytes = Buffer.from(this.encode(request));
    const { status, headBytesOut: headBytes, conf, server } = request;
    const { date } = server.clock;
    return { status, serverTag: conf.serverTag, bytes, dateAt: this.dateAt, headBytes, date };
  }

  private encode(request: RequestState): Buffer {
    const { responseHeaders: headers, status, conf, server } = request;
    const { date } = server.clock;
    const tag = conf.serverTag;
    const scratch = this.reserve(request);
    let at = encodeStatus(status, scratch, 0);
    let size = 16;
    let hasServer = false;
    let hasDate = false;
    this.dateAt = -1;
    for (let i = 0; i < headers.size; i++) {
      const name = headers.lowerNameAt(i);
      // (blanks around a value make the whole answer malformed here: RFC 9113, 8.2.1)
      const value = trimBlanks(headers.valueAt(i));
      if (value === '' || leftOut.has(name) || isInternalField(name)) continue;
      if (status === 304 && name === 'content-encoding') continue;
      if (name === 'date') hasDate = true;
      else if (name === 'server') hasServer = true;
      size += name.length + value.length + 4;
      at = encodeField(name, value, scratch, at);
    }
    if (!hasDate) {
      at = encodePlainField('date', date, scratch, at);
      this.dateAt = at - date.length;
      size += 6 + date.length + 2;
    }
    if (!hasServer && tag !== null) {
      at = encodeField('server', tag, scratch, at);
      size += 6 + tag.length + 4;
    }
    request.headBytesOut = size;
    return scratch.subarray(0, at);
  }

  private reserve({ responseHeaders: headers, server, conf }: RequestState): Buffer {
    let size = fieldSizeMax('date', server.clock.date) + fieldSizeMax('server', conf.serverTag ?? '') + 16;
    for (let i = 0; i < headers.size; i++) size += fieldSizeMax(headers.lowerNameAt(i), headers.valueAt(i));
    if (size > this.scratch.length) this.scratch = Buffer.allocUnsafeSlow(size * 2);
    return this.scratch;
  }
}

/** A block of these fields alone: an interim answer, or trailers (status 0). */
export function fieldsBlock(status: number, fields: readonly (readonly [string, string])[]): Buffer {
  const sent = fields.map(([name, value]) => [name.toLowerCase(), trimBlanks(value)] as const);
  const room = sent.reduce((sum, [name, value]) => sum + fieldSizeMax(name, value), 16);
  const block = Buffer.allocUnsafe(room);
  let at = status === 0 ? 0 : encodeStatus(status, block, 0);
  for (const [name, value] of sent) {
    if (value !== '' && !leftOut.has(name)) at = encodeField(name, value, block, at);
  }
  return block.subarray(0, at);
}
