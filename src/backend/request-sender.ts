import { RequestBodyError } from '../plugin/request-body.js';
import type { RequestState } from '../plugin/request-state.js';
import type { BackendSocket } from './backend-socket.js';
import type { BodyDemand } from './body-demand.js';
import type { Wire } from './wire.js';

export interface SenderOptions {
  readonly request: RequestState;
  readonly socket: BackendSocket;
  readonly wire: Wire;
  /** An authorizer gets no body. */
  readonly withBody: boolean;
  /** The connection may become a tunnel: what tells the end of the body waits for the head of the answer. */
  readonly upgrade: boolean;
  /** The body does not come whole; the status to answer with, or -1 where the client has gone. */
  readonly onBodyError: (status: number) => void;
}

/** Writes a request to its backend, at the pace at which the backend takes it. */
export class RequestSender {
  bodySent = false;
  /** Monotonic seconds: since when the backend has taken nothing of what waits for it; -1 while nothing waits. */
  stalledSince = -1;
  private readonly options: SenderOptions;
  private upgradeDeclined = false;
  private sending: Promise<void> = Promise.resolve();

  constructor(options: SenderOptions) {
    this.options = options;
  }

  send(opening: Buffer): void {
    const { request, socket, wire, withBody, upgrade } = this.options;
    if (wire.bodyDemand) {
      socket.write(opening);
      this.sending = this.sendAsAsked(wire.bodyDemand).catch((error: unknown) => this.bodyFailed(error));
    } else if (withBody && request.body.length !== 0) {
      this.write(opening);
      this.sending = this.sendBody().catch((error: unknown) => this.bodyFailed(error));
    } else {
      this.bodySent = true;
      const end = upgrade ? null : wire.bodyEnd;
      socket.write(end === null ? opening : Buffer.concat([opening, end]));
    }
  }

  /** The answer's head has come, and leaves the connection as it is. */
  declineUpgrade(): void {
    this.upgradeDeclined = true;
    if (this.options.upgrade && this.bodySent) this.sendBodyEnd();
  }

  /** From here on the client's bytes go to the backend as they come; ends with them or with the backend. */
  async tunnel(): Promise<void> {
    const { request, socket, wire } = this.options;
    await this.sending;
    for await (const chunk of request.body.tunnel()) {
      const isOpen = await this.writeFramed(chunk);
      if (!isOpen || wire.isOver) return;
    }
    this.sendBodyEnd();
    socket.end();
  }

  /** Nothing more is sent. */
  close(): void {
    this.stalledSince = -1;
    this.options.wire.bodyDemand?.close();
  }

  private async sendBody(): Promise<void> {
    const { request, upgrade } = this.options;
    for await (const chunk of request.body.chunks()) if (!(await this.writeFramed(chunk))) return;
    this.bodySent = true;
    if (!upgrade || this.upgradeDeclined) this.sendBodyEnd();
  }

  /** A piece for each question, and the end of the body for each that comes after it. */
  private async sendAsAsked(demand: BodyDemand): Promise<void> {
    const { request, withBody } = this.options;
    if (withBody && request.body.length !== 0 && !(await this.sendPieces(demand))) return;
    this.bodySent = true;
    while ((await demand.next()) > 0) this.sendBodyEnd();
  }

  /** False where the backend wants no more of the body. */
  private async sendPieces(demand: BodyDemand): Promise<boolean> {
    for await (const chunk of this.options.request.body.chunks())
      for (let at = 0; at < chunk.length; ) {
        const size = await demand.next();
        if (size === 0 || !(await this.writeFramed(chunk.subarray(at, at + size)))) return false;
        at += size;
      }
    return true;
  }

  private bodyFailed(error: unknown): void {
    if (!(error instanceof RequestBodyError)) throw error;
    this.options.onBodyError(error.status);
  }

  private sendBodyEnd(): void {
    const end = this.options.wire.bodyEnd;
    if (end !== null) this.write(end);
  }

  /** False where the backend takes nothing any more. */
  private async writeFramed(content: Buffer): Promise<boolean> {
    const { socket, wire } = this.options;
    let isFull = false;
    for (const piece of wire.frame(content)) isFull = !this.write(piece) || isFull;
    if (isFull) await this.drained();
    return socket.writable;
  }

  private write(bytes: Buffer): boolean {
    const { socket } = this.options;
    return socket.writable ? socket.write(bytes) : true;
  }

  private async drained(): Promise<void> {
    const { request, socket } = this.options;
    if (!socket.writable) return;
    this.stalledSince = request.server.clock.monotonicSeconds;
    await socket.drained();
    this.stalledSince = -1;
  }
}
