import type { NetConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { unicodeText } from '../base/latin1.js';
import type { BackendConnection } from './backend-connection.js';
import { Counter } from './counter.js';

/**
 * `running` takes requests; `overloaded` refused a connection and is left alone until `disabledUntil`; `died` is a
 * program of ours that ended, or has not started yet.
 */
export type EndpointState = 'running' | 'overloaded' | 'died';

/** Where something listens: a unix socket by its path, or else a host (name or address) and port. */
export interface Address {
  readonly path: string;
  readonly host: string;
  readonly port: number;
}

/** As messages show it: `tcp:127.0.0.1:9000`, `unix:/run/php.sock`. */
export function addressName({ path, host, port }: Address): string {
  return path === '' ? `tcp:${host}:${port}` : `unix:${path}`;
}

export function connectOptions({ path, host, port }: Address): NetConnectOpts {
  return path === '' ? { host, port } : { path: unicodeText(path) ?? path };
}

/** One place where a backend listens: a socket of another server, or one that a program of ours listens on (gw_proc). */
export class Endpoint {
  readonly address: Address;
  readonly name: string;
  readonly connectOptions: NetConnectOpts;
  /** Null where the backend is spoken to in the clear. */
  readonly tls: ConnectionOptions | null;
  state: EndpointState = 'running';
  /** A health check has failed, and none has succeeded since. */
  isUnwell = false;
  /** Monotonic seconds. */
  disabledUntil = 0;
  lastUsed = 0;
  /** While a program is being started there: resolves when that is over, well or not. */
  ready: Promise<void> | null = null;
  /** Connections that wait for a request, the one used last at the end. */
  private readonly idle: BackendConnection[] = [];
  /** Requests that it is working on, connections so far, and connections that failed. */
  readonly load: Counter;
  readonly connected: Counter;
  readonly died: Counter;
  readonly overloaded: Counter;

  /** `counterName` is what the names of its figures begin with. */
  constructor(
    address: Address,
    counters: Map<string, number>,
    counterName: string,
    tls: ConnectionOptions | null = null,
  ) {
    this.tls = tls;
    this.address = address;
    this.name = addressName(address);
    this.connectOptions = connectOptions(address);
    this.died = new Counter(counters, `${counterName}.died`);
    this.overloaded = new Counter(counters, `${counterName}.overloaded`);
    this.connected = new Counter(counters, `${counterName}.connected`);
    this.load = new Counter(counters, `${counterName}.load`);
    counters.set(`${counterName}.disabled`, 0);
  }

  /** A connection that waits for a request; null where there is none. */
  takeIdle(): BackendConnection | null {
    return this.idle.pop() ?? null;
  }

  /** Keeps a connection for the next request; with more than `most`, the one that waits longest is closed. */
  keep(connection: BackendConnection, most: number): void {
    connection.user = null;
    connection.isReused = true;
    this.idle.push(connection);
    if (this.idle.length > most) this.idle[0].destroy();
  }

  /** It does not wait for a request any more. */
  forget(connection: BackendConnection): void {
    const index = this.idle.indexOf(connection);
    if (index >= 0) this.idle.splice(index, 1);
  }

  /** Closes those that have waited since `since` (monotonic seconds), or for longer. */
  closeIdle(since: number): void {
    for (const connection of this.idle.filter(({ idleSince }) => idleSince <= since)) connection.destroy();
  }
}
