import { type BackendSocket, openSocket, type SocketOwner } from './backend-socket.js';
import type { Endpoint } from './endpoint.js';

/** Whoever a connection works for. */
export interface ConnectionUser {
  /** The bytes stay as they are. */
  received(bytes: Buffer): void;
  /** The backend has closed its side. */
  backendEnded(): void;
  /** The connection broke after it had been made. */
  broken(error: NodeJS.ErrnoException): void;
}

/** One connection to a backend. It works for one request at a time, and may wait for the next in between. */
export class BackendConnection implements SocketOwner {
  readonly endpoint: Endpoint;
  readonly socket: BackendSocket;
  /** Null while it waits for a request: whatever happens to it then ends it. */
  user: ConnectionUser | null;
  /** It has carried a request before: the backend may close it just now. */
  isReused = false;
  /** Monotonic seconds. */
  idleSince = 0;
  private readonly readBuffer: Buffer;
  /** Ends the wait for the connection; null where it is not waited for. */
  private settle: ((error: NodeJS.ErrnoException | null) => void) | null = null;

  /** `readBuffer` is shared: what is in it is copied out at once. */
  constructor(endpoint: Endpoint, user: ConnectionUser, readBuffer: Buffer) {
    this.endpoint = endpoint;
    this.user = user;
    this.readBuffer = readBuffer;
    this.socket = openSocket(endpoint, this, readBuffer);
  }

  /** Null once it is there, or why it is not. */
  made(): Promise<NodeJS.ErrnoException | null> {
    return new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  get isBeingMade(): boolean {
    return this.settle !== null;
  }

  /** It is not waited for any longer. */
  giveUp(error: NodeJS.ErrnoException): void {
    if (this.settle === null) return;
    this.socket.destroy();
    this.settled(error);
  }

  private settled(error: NodeJS.ErrnoException | null): void {
    const { settle } = this;
    this.settle = null;
    settle?.(error);
  }

  destroy(): void {
    this.user = null;
    this.endpoint.forget(this);
    this.socket.destroy();
  }

  connected(): void {
    this.settled(null);
  }

  read(length: number): void {
    if (this.user === null) this.destroy();
    else this.user.received(Buffer.from(this.readBuffer.subarray(0, length)));
  }

  failed(error: NodeJS.ErrnoException): void {
    if (this.settle !== null) this.settled(error);
    else if (this.user === null) this.destroy();
    else this.user.broken(error);
  }

  ended(): void {
    if (this.user === null) this.destroy();
    else this.user.backendEnded();
  }
}
