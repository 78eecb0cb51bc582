import { HeaderTemplate } from '../../http/header-list.js';
import { keepTarget } from '../../http/request-target.js';
import type { RequestState } from '../../plugin/request-state.js';
import { type KnownRequest, useKnownRequest } from '../known-request.js';

const keptMax = 32;
/** Fields that mean more to a request than what they leave in it. */
const neverKept = ['expect', 'priority'];

/**
 * Once a client's fields are in the table, the same request comes as the same few bytes: what they mean is kept, for as
 * long as the table stays as it is. One object serves a connection.
 */
export class KnownRequests {
  private readonly requests = new Map<string, KnownRequest>();
  private tableVersion = 0;

  /** True where the block is known: the request is as it was then. Only for requests without a body. */
  use(block: string, tableVersion: number, request: RequestState): boolean {
    if (tableVersion !== this.tableVersion) return false;
    const known = this.requests.get(block);
    if (known === undefined) return false;
    useKnownRequest(request, known);
    return true;
  }

  /** Keeps a block that did not change the table, and was read without fault. */
  keep(block: string, tableVersion: number, request: RequestState): void {
    const { headers, host, parsedTarget } = request;
    if (request.method !== 'GET' || host === null) return;
    if (neverKept.some((name) => headers.has(name))) return;
    if (tableVersion !== this.tableVersion || this.requests.size >= keptMax) this.requests.clear();
    this.tableVersion = tableVersion;
    this.requests.set(block, {
      target: keepTarget(parsedTarget),
      fields: HeaderTemplate.of(headers),
      host,
      headBytes: request.headBytesIn,
    });
  }
}
