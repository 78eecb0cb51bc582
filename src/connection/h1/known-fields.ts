import { HeaderTemplate } from '../../http/header-list.js';
import { HttpVersion } from '../../http/version.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { BodyFraming } from '../request-fields.js';

/** Places for blocks; one that falls on another's place takes it. */
const places = 64;
const lengthMax = 2048;
/** Beside those that frame a body: fields that mean more to a head than what they leave in the request. */
const neverKept = ['upgrade', 'expect', 'http2-settings'];

/** The fields of one head, from behind the request line to the blank line, and what reading them gave. */
interface FieldBlock {
  readonly text: string;
  readonly scheme: string;
  readonly fields: HeaderTemplate;
  readonly host: string;
  readonly keepAlive: boolean;
}

/**
 * A client sends the same fields with each request, and many clients send the same ones: a block that was read without
 * fault is known again by its bytes, and its fields are shared until a module changes one. One object serves a worker.
 */
export class KnownFields {
  private readonly blocks: (FieldBlock | null)[] = new Array(places).fill(null);

  /** True where the block from `start` to `end` is known: the request has its fields, host and keep-alive. */
  use(text: string, start: number, end: number, request: RequestState): boolean {
    const block = this.blocks[placeOf(text, start, end)];
    if (block === null || block.text.length !== end - start || request.host !== null) return false;
    if (request.version !== HttpVersion.http11 || block.scheme !== request.connection.scheme) return false;
    if (!text.startsWith(block.text, start)) return false;
    request.headers.useTemplate(block.fields);
    request.host = block.host;
    request.keepAlive = block.keepAlive;
    return true;
  }

  /** Keeps the block of a request that was read whole, where all it says is in the request now. */
  keep(text: string, start: number, end: number, request: RequestState, framing: BodyFraming): void {
    const { headers, host, version, parsedTarget } = request;
    if (end - start > lengthMax || host === null || version !== HttpVersion.http11) return;
    if (parsedTarget.authority !== null || framing.length !== 0 || framing.hasContentLength) return;
    if (neverKept.some((name) => headers.has(name))) return;
    this.blocks[placeOf(text, start, end)] = {
      text: text.slice(start, end),
      scheme: request.connection.scheme,
      fields: HeaderTemplate.of(headers),
      host,
      keepAlive: request.keepAlive,
    };
  }
}

/** A few bytes tell most blocks apart. */
function placeOf(text: string, start: number, end: number): number {
  const length = end - start;
  const few = text.charCodeAt(start + (length >> 1)) * 7 + text.charCodeAt(end - 6) * 3;
  return (length + few) & (places - 1);
}
