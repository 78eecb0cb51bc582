import { BackendAnswer } from '../../src/backend/backend-answer.js';
import type { BackendKind } from '../../src/backend/response-head.js';
import type { RequestState } from '../../src/plugin/request-state.js';
import { type BareRequest, bareRequest } from './bare-request.js';

/** What a client would get: status, header lines, body, and whether the answer was cut off. */
export interface SeenAnswer {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: string;
  readonly cut: boolean;
  /** The server answers with a page of its own. */
  readonly isOwn: boolean;
}

/** An answer that a test feeds with a backend's bytes. */
export interface FedAnswer extends BareRequest {
  readonly answer: BackendAnswer;
  readonly seen: () => SeenAnswer;
}

export function fedAnswer(kind: BackendKind, conf: Partial<RequestState['conf']> = {}): FedAnswer {
  const bare = bareRequest(conf);
  const { request } = bare;
  // stands for the module that has taken the request
  request.handler = {} as RequestState['handler'];
  const answer = new BackendAnswer(request, {
    kind,
    authorizer: false,
    upgrade: false,
    localRedirect: false,
    sendfile: null,
    onEnd: () => {},
  });
  return { ...bare, answer, seen: () => seenAnswer(request) };
}

function seenAnswer({ status, responseHeaders, responseBody, handler }: RequestState): SeenAnswer {
  const fields = Array.from(
    { length: responseHeaders.size },
    (_, i) => `${responseHeaders.nameAt(i)}: ${responseHeaders.valueAt(i)}`,
  );
  const body = responseBody.parts.map((part) => (Buffer.isBuffer(part) ? part.toString('latin1') : '<file>'));
  return { status, fields, body: body.join(''), cut: responseBody.failed, isOwn: handler === null };
}

/** The bytes in two pieces, once for each place where they can be cut. */
export function* cuts(bytes: Buffer): Generator<readonly [Buffer, Buffer]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}
