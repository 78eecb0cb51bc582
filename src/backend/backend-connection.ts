import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
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

/** As the acceptor makes its sockets: Node copies options that it need not add to three times as fast. */
function newSocket(onread: OnReadOpts): Socket {
  const options = {
    onread,
    noDelay: true,
    allowHalfOpen: true,
    emitClose: false,
    autoDestroy: true,
    decodeStrings: false,
  };
  return new Socket(options as SocketConstructorOpts);
}

/** One connection to a backend. It works for one request at a time, and may wait for the next in between. */
export class BackendConnection {
  readonly endpoint: Endpoint;
  readonly socket: Socket;
  /** Null while it waits for a request: whatever happens to it then ends it. */
  user: ConnectionUser | null;
  /** It has carried a request before: the backend may close it just now. */
  isReused = false;
  /** Monotonic seconds. */
  idleSince = 0;
  /** Ends the wait for the connection; null where it is not waited for. */
  private settle: ((error: NodeJS.ErrnoException | null) => void) | null = null;

  /** `readBuffer` is shared: what is in it is copied out at once. */
  constructor(endpoint: Endpoint, user: ConnectionUser, readBuffer: Buffer) {
    this.endpoint = endpoint;
    this.user = user;
    const onread = {
      buffer: readBuffer,
      callback: (length: number, buffer: Uint8Array) => this.read(length, buffer),
    };
    const { connectOptions, tls } = endpoint;
    this.socket =
      tls === null
        ? newSocket(onread).connect(connectOptions)
        : connectTls({ ...connectOptions, ...tls, ...{ allowHalfOpen: true, noDelay: true, onread } });
  }

  /** Null once it is there, or why it is not. */
  made(): Promise<NodeJS.ErrnoException | null> {
    const { socket } = this;
    return new Promise((resolve) => {
      this.settle = (error) => {
        this.settle = null;
        if (error !== null) socket.destroy();
        resolve(error);
      };
      socket.on(this.endpoint.tls === null ? 'connect' : 'secureConnect', () => this.settle?.(null));
      socket.on('error', (error: NodeJS.ErrnoException) => this.failed(error));
      socket.on('end', () => this.ended());
    });
  }

  get isBeingMade(): boolean {
    return this.settle !== null;
  }

  /** It is not waited for any longer. */
  giveUp(error: NodeJS.ErrnoException): void {
    this.settle?.(error);
  }

  destroy(): void {
    this.user = null;
    this.endpoint.forget(this);
    this.socket.destroy();
  }

  private read(length: number, buffer: Uint8Array): boolean {
    if (this.user === null) this.destroy();
    else this.user.received(Buffer.from(buffer.subarray(0, length)));
    return true;
  }

  private failed(error: NodeJS.ErrnoException): void {
    if (this.settle !== null) this.settle(error);
    else if (this.user === null) this.destroy();
    else this.user.broken(error);
  }

  private ended(): void {
    if (this.user === null) this.destroy();
    else this.user.backendEnded();
  }
}
