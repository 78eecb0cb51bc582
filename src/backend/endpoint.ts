import type { NetConnectOpts } from 'node:net';
import { Counter } from './counter.js';
import { systemText } from './program-text.js';

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
  return path === '' ? { host, port } : { path: systemText(path) ?? path };
}

/** One place where a backend listens: a socket of another server, or one that a program of ours listens on (gw_proc). */
export class Endpoint {
  readonly address: Address;
  readonly name: string;
  readonly connectOptions: NetConnectOpts;
  state: EndpointState = 'running';
  /** Monotonic seconds. */
  disabledUntil = 0;
  lastUsed = 0;
  /** While a program is being started there: resolves when that is over, well or not. */
  ready: Promise<void> | null = null;
  /** Requests that it is working on, connections so far, and connections that failed. */
  readonly load: Counter;
  readonly connected: Counter;
  readonly died: Counter;
  readonly overloaded: Counter;

  /** `counterName` is what the names of its figures begin with. */
  constructor(address: Address, counters: Map<string, number>, counterName: string) {
    this.address = address;
    this.name = addressName(address);
    this.connectOptions = connectOptions(address);
    this.died = new Counter(counters, `${counterName}.died`);
    this.overloaded = new Counter(counters, `${counterName}.overloaded`);
    this.connected = new Counter(counters, `${counterName}.connected`);
    this.load = new Counter(counters, `${counterName}.load`);
    counters.set(`${counterName}.disabled`, 0);
  }
}
