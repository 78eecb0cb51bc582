/**
 * The body of a request, read by the connection when a handler asks for it and never before. Exactly one of
 * `collect` and `chunks` starts it (`chunks` may follow a finished `collect`).
 */
export interface RequestBody {
  /** Announced bytes; 0 where there is no body, -1 while a chunked body's size is unknown. */
  readonly length: number;
  /** Bytes of content that have arrived. */
  readonly bytesIn: number;
  /** Has all of it arrived? True from the start where there is none. */
  readonly finished: boolean;
  /**
   * Reads the whole body, into memory while small, else into a file under `server.upload-dirs`; sends 100 Continue
   * where the client waits for it. Resolves to 0, or to the status to answer with (400, 413, 500, …); to -1 where
   * the client has gone. `intoFile` spools a body of any size but 0, as programs want it for their standard input.
   */
  collect(intoFile?: boolean): Promise<number>;
  /**
   * After `collect`: the descriptor of the spooled body, positioned at its start and closed with the request; -1
   * where it is in memory.
   */
  readonly fileDescriptor: number;
  /** Is all of its content at hand? After `collect`, and where there is no body. */
  readonly isCollected: boolean;
  /** All of its content; null where it is not at hand. */
  collected(): Buffer | null;
  /**
   * Takes what the client has sent so far, without waiting; 0, or the status to answer with. A chunked body that has
   * come whole has its length then.
   */
  takeArrived(): number;
  /** The content piece by piece, with back-pressure to the client. Throws `RequestBodyError`. */
  chunks(): AsyncIterable<Buffer>;
  /**
   * After an answer of 101 (or of 2xx to CONNECT): each byte that the client sends, until it closes its side. The
   * answer's body then goes out as it is, and ends with the connection.
   */
  tunnel(): AsyncIterable<Buffer>;
  /**
   * Drops what has come and will come: the request has no body from now on. The connection closes after the answer if
   * the body was not finished.
   */
  discard(): void;
}

/** Of a request without a body. */
export const noBody: RequestBody = {
  length: 0,
  bytesIn: 0,
  finished: true,
  fileDescriptor: -1,
  collect: () => Promise.resolve(0),
  isCollected: true,
  collected: () => Buffer.alloc(0),
  takeArrived: () => 0,
  async *chunks() {},
  async *tunnel() {},
  discard() {},
};

export class RequestBodyError extends Error {
  /** The status to answer with; -1 where the client has gone. */
  readonly status: number;

  constructor(status: number) {
    super(`request body failed with ${status}`);
    this.status = status;
  }
}
