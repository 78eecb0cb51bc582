import type { HeaderTemplate } from '../http/header-list.js';
import type { KnownTarget } from '../http/request-target.js';
import type { RequestState } from '../plugin/request-state.js';

/** What reading the head of a GET request gave, once it was read without fault. */
export interface KnownRequest {
  readonly target: KnownTarget;
  readonly fields: HeaderTemplate;
  readonly host: string;
  /** Bytes of the head. */
  readonly headBytes: number;
}

/** Makes of a new request what reading that head again would make of it. */
export function useKnownRequest(request: RequestState, known: KnownRequest): void {
  request.method = 'GET';
  request.target = known.target.original;
  request.targetOriginal = known.target.original;
  request.knownTarget = known.target;
  request.headers.useTemplate(known.fields);
  request.host = known.host;
  request.headBytesIn = known.headBytes;
}
