import type { RequestState } from '../plugin/request-state.js';
import type { BackendAnswer } from './backend-answer.js';
import type { BackendMode } from './backend-options.js';
import type { BodyDemand } from './body-demand.js';
import type { Backend } from './read-backends.js';
import type { BackendKind, ResponseHead } from './response-head.js';

/** One request as its backend's protocol writes it, and the reader of what comes back. */
export interface Wire {
  readonly kind: BackendKind;
  /** Can a body be sent whose length is not known yet? */
  readonly takesUnknownLength: boolean;
  /** The connection is a tunnel from the start: nothing of the request is sent, and the client gets this status. */
  readonly tunnelStatus?: number;
  /** The tunnel has come to its end, whatever else the client sends. */
  readonly isOver?: boolean;
  /** The bytes before the body, or the status to answer with where the request cannot be written. */
  open(): Buffer | number;
  /** What `open` sends, in lines for people; text is latin1. */
  describe?(): readonly string[];
  /** A piece of the body, as it is sent. */
  frame(content: Buffer): readonly Buffer[];
  /** The backend asks for each piece of the body; without this it gets the body as it comes. */
  readonly bodyDemand?: BodyDemand;
  /** What tells the end of the body; null where its length did. */
  readonly bodyEnd: Buffer | null;
  /** Hands on what the backend sends. The bytes stay as they are. */
  receive(bytes: Buffer, answer: BackendAnswer): void;
  /** The backend has closed its side. */
  ended(answer: BackendAnswer): void;
  /** The connection to the backend broke; without this the answer fails. */
  broken?(answer: BackendAnswer): void;
  /** The answer has ended: can the connection carry another request? Without this it is closed. */
  leavesOpen?(answer: BackendAnswer): boolean;
  /** Before anything is sent: for a protocol that speaks with the client by itself. */
  begin?(answer: BackendAnswer): void;
  /** Once a second; `now` in monotonic seconds. */
  tick?(now: number): void;
  /** The head of the answer is complete: a proxy maps what it names. */
  onHead?(head: ResponseHead): void;
}

/** What a wire is made for. */
export interface WireTarget {
  readonly request: RequestState;
  readonly backend: Backend;
  readonly mode: BackendMode;
  /** May the answer turn the connection into a tunnel? */
  readonly upgrade: boolean;
  /** May the connection stay open after this request? */
  readonly keepAlive: boolean;
}

export type WireMaker = (target: WireTarget) => Wire;
