import { isIP, type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { nodeHandles } from '../base/node-handles.js';
import { DirectSocket } from './direct-socket.js';
import { drained } from './drained.js';
import type { Endpoint } from './endpoint.js';

/** A connection to a backend, whatever it is made of. */
export interface BackendSocket {
  /** It takes what is sent. */
  readonly writable: boolean;
  /** The backend has closed its side. */
  readonly readableEnded: boolean;
  /** The bytes must stay as they are. False where `drained` should come before more. */
  write(bytes: Buffer): boolean;
  /** Resolves once more is taken, or it is closed. */
  drained(): Promise<void>;
  /** Nothing more is sent. */
  end(): void;
  pause(): void;
  resume(): void;
  destroy(): void;
}

/** Who hears what becomes of a connection. */
export interface SocketOwner {
  connected(): void;
  /** So many bytes are at the beginning of the buffer that was given. */
  read(length: number): void;
  /** The backend has closed its side. */
  ended(): void;
  /** It is closed already. */
  failed(error: NodeJS.ErrnoException): void;
}

/** Connects; what comes is read into the buffer. */
export function openSocket(
  { address: { path, host, port }, connectOptions, tls }: Endpoint,
  owner: SocketOwner,
  readBuffer: Buffer,
): BackendSocket {
  const isAddress = path !== '' || isIP(host) !== 0;
  if (nodeHandles !== null && tls === null && isAddress) {
    const socket = new DirectSocket(nodeHandles, owner, readBuffer);
    if ('path' in connectOptions) socket.connectToPath(connectOptions.path);
    else socket.connectToHost(host, port);
    return socket;
  }
  const onread = {
    buffer: readBuffer,
    callback: (length: number) => {
      owner.read(length);
      return true;
    },
  };
  if (tls === null) return new StreamSocket(newSocket(onread).connect(connectOptions), 'connect', owner);
  const options = { ...connectOptions, ...tls, allowHalfOpen: true, noDelay: true, onread };
  return new StreamSocket(connectTls(options as never), 'secureConnect', owner);
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

/** With what Node's streams add: names to look up, TLS. */
class StreamSocket implements BackendSocket {
  private readonly socket: Socket;

  constructor(socket: Socket, connected: 'connect' | 'secureConnect', owner: SocketOwner) {
    this.socket = socket;
    socket.on(connected, () => owner.connected());
    socket.on('error', (error: NodeJS.ErrnoException) => owner.failed(error));
    socket.on('end', () => owner.ended());
  }

  get writable(): boolean {
    return this.socket.writable;
  }

  get readableEnded(): boolean {
    return this.socket.readableEnded;
  }

  write(bytes: Buffer): boolean {
    return this.socket.write(bytes);
  }

  drained(): Promise<void> {
    return drained(this.socket);
  }

  end(): void {
    this.socket.end();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }
}
