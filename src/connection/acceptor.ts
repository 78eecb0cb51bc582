import * as net from 'node:net';
import type { ListenSocket, TunnelHandler } from '../plugin/connection-state.js';
import { HandlerResult } from '../plugin/handler-result.js';
import { type TlsService, tlsService } from '../plugin/tls.js';
import {
  type AdoptedState,
  type ConnectionHandle,
  freshState,
  type SendConnection,
} from './adopted-state.js';
import type { ConnectionContext } from './connection-context.js';
import { Http1Connection } from './h1/connection.js';
import { Http2Connection } from './h2/connection.js';
import { HandOver } from './hand-over.js';
import { PrereadBytes } from './preread-bytes.js';
import { type ReadInto, startTls } from './tls-socket.js';
import { TunnelConnection } from './tunnel-connection.js';

/** Seconds that a connection which cannot go to a newer worker waits for another request. */
const giveWayIdleSeconds = 5;

/** What Node's listening handle does that its types do not tell. */
interface ListenHandle {
  onconnection?: (error: number | undefined, client: ConnectionHandle) => void;
  /** Not for a socket file. */
  setNoDelay?: (enable: boolean) => void;
}

export type ServedConnection = Http1Connection | Http2Connection | TunnelConnection;

/** Who gets what a socket reads: a module may take a connection away from HTTP before it has read anything. */
interface SocketOwner {
  connection: ServedConnection;
  readonly onread: ReadInto;
  /** Gets what comes before TLS begins; null once it has, and where there is none. */
  preread: PrereadBytes | null;
}

/** Accepts the connections of a worker, keeps count of them, and looks at each once a second. */
export class Acceptor {
  private readonly context: ConnectionContext;
  private readonly connections: Set<ServedConnection>;
  /** Accepted beyond server.max-connections: not read until another one ends. */
  private readonly waiting: [ConnectionHandle, ListenSocket][] = [];
  private accepted = 0;
  private readonly servers: net.Server[] = [];
  private readonly emptied: (() => void)[] = [];

  /** `connections` is the set that the server's context shows to modules. */
  constructor(context: ConnectionContext, connections: Set<ServedConnection>) {
    this.context = context;
    this.connections = connections;
  }

  /**
   * Takes the connections of a server that listens already. Node lets sockets be read into a buffer of the program's
   * own only where the program makes the socket, so sockets are made here, from the handle that was accepted.
   */
  attach(server: net.Server, listenSocket: ListenSocket): void {
    this.servers.push(server);
    const handle = (server as unknown as { _handle: ListenHandle | null })._handle;
    if (handle && typeof handle.onconnection === 'function') {
      // connections inherit it
      handle.setNoDelay?.(true);
      handle.onconnection = (error, client) => {
        if (!error) this.accept(client, listenSocket);
      };
      return;
    }
    server.on('connection', (socket) => {
      const owned = socket as unknown as { _handle: ConnectionHandle | null };
      const client = owned._handle;
      socket.setNoDelay(true);
      owned._handle = null;
      if (client !== null) this.accept(client, listenSocket);
    });
  }

  private accept(client: ConnectionHandle, listenSocket: ListenSocket): void {
    if (this.connections.size < this.context.server.connectionsMax) this.start(client, listenSocket);
    else this.waiting.push([client, listenSocket]);
  }

  /** Goes on with a connection of another worker. */
  adopt(client: ConnectionHandle, state: AdoptedState): void {
    if (state.isLast) this.context.closing = true;
    if (state.bytesRead === 0 && state.peerAddress === '') {
      this.accept(client, state.listenSocket);
      return;
    }
    const owner = this.open(client, state.listenSocket);
    (owner.connection as Http1Connection).adopt(state);
    owner.connection.socket.read(0);
  }

  private start(client: ConnectionHandle, listenSocket: ListenSocket): void {
    const owner = this.open(client, listenSocket);
    if (this.context.lifecycle.slots.connectionAccept.length === 0) {
      this.begin(owner);
      return;
    }
    this.admit(owner.connection).then(
      (admitted) => {
        if (admitted) this.begin(owner);
        else owner.connection.destroy();
      },
      () => owner.connection.destroy(),
    );
  }

  /** The modules have let the connection in: it is read from now on. */
  private begin(owner: SocketOwner): void {
    const { connection } = owner;
    if (!connection.isTls) {
      if (connection.tunnel !== null) this.startTunnel(owner, connection.tunnel);
      connection.socket.read(0);
    } else if (connection.preread === null) {
      this.encrypt(owner, null);
    } else {
      owner.preread = new PrereadBytes(connection, (rest) => this.encrypt(owner, rest));
      connection.socket.read(0);
    }
  }

  /** TLS begins. `first` has been read of it already. */
  private encrypt(owner: SocketOwner, first: Buffer | null): void {
    const { connection } = owner;
    const service = this.context.server.services.get(tlsService) as TlsService;
    const socket = startTls(connection, connection.socket, service, owner.onread, (protocol) => {
      if (protocol === 'h2') this.startHttp2(owner);
    });
    owner.preread = null;
    if (socket === null) {
      connection.destroy();
      return;
    }
    connection.socket = socket;
    this.listen(owner);
    if (connection.tunnel !== null) this.startTunnel(owner, connection.tunnel);
    if (first !== null) socket.tls.receive(first);
  }

  /** The connection speaks HTTP/2 from here on. */
  private startHttp2(owner: SocketOwner): Http2Connection {
    const connection = new Http2Connection(this.context, owner.connection, this.onClosed);
    this.connections.delete(owner.connection);
    this.connections.add(connection);
    owner.connection = connection;
    // one that had not said yet what it speaks when the worker began to give way
    if (this.context.handOver !== null) connection.closeGracefully();
    return connection;
  }

  private startTunnel(owner: SocketOwner, handler: TunnelHandler): void {
    const { id, socket, listenSocket } = owner.connection;
    const connection = new TunnelConnection(this.context, id, socket, listenSocket, this.onClosed);
    this.connections.delete(owner.connection);
    this.connections.add(connection);
    owner.connection = connection;
    connection.start(handler);
  }

  private open(client: ConnectionHandle, listenSocket: ListenSocket): SocketOwner {
    const { context } = this;
    let owner: SocketOwner;
    const buffer = context.readBuffer;
    const onread = {
      buffer,
      callback: (count: number) => {
        if (owner.preread !== null) return owner.preread.received(buffer.subarray(0, count));
        owner.connection.received(buffer, count);
        return !owner.connection.isPaused;
      },
    };
    // (Node copies what it gets, and adds the last three: told so, it copies three times as fast)
    const options = {
      handle: client,
      onread,
      allowHalfOpen: true,
      emitClose: false,
      autoDestroy: true,
      decodeStrings: false,
    };
    const socket = new net.Socket(options as unknown as net.SocketConstructorOpts);
    const startHttp2 = () => this.startHttp2(owner);
    const id = ++this.accepted;
    const connection = new Http1Connection(context, id, socket, listenSocket, startHttp2, this.onClosed);
    owner = { connection, onread, preread: null };
    this.connections.add(connection);
    const { counters } = context.server;
    counters.connections++;
    counters.connectionsOpen++;
    this.listen(owner);
    return owner;
  }

  private listen(owner: SocketOwner): void {
    const { socket } = owner.connection;
    socket.on('error', ignoreError);
    socket.on('end', () => owner.connection.ended());
    socket.on('close', () => owner.connection.closed());
  }

  /** Asks the modules. */
  private async admit(connection: ServedConnection): Promise<boolean> {
    for (const step of this.context.lifecycle.slots.connectionAccept) {
      const result = await step(connection);
      if (result !== HandlerResult.goOn) return false;
    }
    return true;
  }

  private readonly onClosed = (connection: ServedConnection): void => {
    this.connections.delete(connection);
    this.context.server.counters.connectionsOpen--;
    const next = this.waiting.shift();
    if (next !== undefined) this.start(...next);
    else if (this.connections.size === 0) for (const resolve of this.emptied.splice(0)) resolve();
  };

  /** Resolves once no connection is left. */
  whenEmpty(): Promise<void> {
    return this.connections.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.emptied.push(resolve));
  }

  /** Timeouts and traffic limits. */
  everySecond(): void {
    this.context.traffic.nextSecond();
    const now = this.context.server.clock.monotonicSeconds;
    for (const connection of this.connections) connection.everySecond(now);
  }

  /** Others may go on accepting from the same sockets. */
  stopAccepting(): void {
    for (const server of this.servers.splice(0)) server.close();
  }

  /**
   * Gives way to newer workers: connections go there when they wait for a request. `onDrained` is called once none
   * waits here any more.
   */
  giveWay(send: SendConnection, onDrained: () => void): void {
    this.stopAccepting();
    const handOver = new HandOver(send, onDrained);
    this.context.handOver = handOver;
    for (const [client, listenSocket] of this.waiting.splice(0)) send(freshState(listenSocket), client);
    for (const connection of this.connections) connection.giveWay(handOver, giveWayIdleSeconds);
    handOver.start();
  }

  /** Stops keeping connections alive: those that wait for a request end now, the others after their answer. */
  closeGracefully(): void {
    this.context.closing = true;
    for (const connection of this.connections) connection.closeGracefully();
  }

  /** Ends every connection at once. */
  destroy(): void {
    for (const connection of this.connections) connection.destroy();
  }
}

/** What goes wrong with one client ends with its connection; `close` follows. */
function ignoreError(): void {}
