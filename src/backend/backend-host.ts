import type { ErrorLog } from '../log/error-log.js';
import type { BackendPrograms } from './backend-programs.js';
import { hashText } from './balance.js';
import { Counter, count } from './counter.js';
import { type Address, Endpoint } from './endpoint.js';
import { HealthCheck } from './health-check.js';
import type { Backend } from './read-backends.js';
import { tlsOptions } from './tls-options.js';

/** A request that a backend may keep waiting. */
export interface WaitingRun {
  /** Once a second; `now` in monotonic seconds. */
  checkTimeouts(now: number): void;
  close(): void;
}

/** A configured backend at run time: where it listens, what works for whom, what is to be left alone (gw_host). */
export class BackendHost {
  readonly backend: Backend;
  readonly endpoints: Endpoint[] = [];
  /** Of its address, for the balances that choose by hash. */
  readonly hash: number;
  /** Requests that it is working on. */
  readonly load: Counter;
  readonly runs = new Set<WaitingRun>();
  /** Null for backends that others start. */
  programs: BackendPrograms | null = null;
  private readonly healthChecks: HealthCheck[] = [];
  private readonly counters: Map<string, number>;
  private readonly errorLog: ErrorLog;

  constructor(backend: Backend, counters: Map<string, number>, errorLog: ErrorLog) {
    this.backend = backend;
    this.counters = counters;
    this.errorLog = errorLog;
    this.hash = hashText(backend.host || backend.socketPath) ^ backend.port;
    this.load = new Counter(counters, `gw.backend.${backend.label}.load`);
  }

  add(address: Address): Endpoint {
    const name = `gw.backend.${this.backend.label}.${this.endpoints.length}`;
    const endpoint = new Endpoint(address, this.counters, name, tlsOptions(this.backend));
    this.endpoints.push(endpoint);
    const path = this.backend.settings['health-check'];
    if (path !== '') this.healthChecks.push(this.newHealthCheck(endpoint, path));
    return endpoint;
  }

  private newHealthCheck(endpoint: Endpoint, path: string): HealthCheck {
    const { label, host, settings } = this.backend;
    return new HealthCheck(
      endpoint,
      path,
      settings['health-interval'],
      label || host || 'localhost',
      this.errorLog,
    );
  }

  get isUp(): boolean {
    return this.leastBusy() !== null;
  }

  /** The least busy of those that run; null where none does. */
  leastBusy(): Endpoint | null {
    let chosen: Endpoint | null = null;
    for (const endpoint of this.endpoints) {
      if (endpoint.state !== 'running' || endpoint.isUnwell) continue;
      if (chosen === null || endpoint.load.value < chosen.load.value) chosen = endpoint;
    }
    return chosen;
  }

  /** A request is about to be sent there. */
  begin(endpoint: Endpoint): void {
    endpoint.load.add(1);
    count(this.counters, 'gw.active-requests');
  }

  end(endpoint: Endpoint): void {
    endpoint.load.add(-1);
    count(this.counters, 'gw.active-requests', -1);
  }

  /** Others are asked until `disable-time` is over. */
  refused(endpoint: Endpoint, error: NodeJS.ErrnoException, now: number): void {
    const message = `establishing connection failed: socket: ${endpoint.name}: ${error.message}`;
    this.errorLog.error('gw_backend.c', message);
    if (endpoint.state === 'running') {
      endpoint.state = 'overloaded';
      endpoint.disabledUntil = now + this.backend.settings['disable-time'];
    }
    (error.code === 'EAGAIN' ? endpoint.overloaded : endpoint.died).add(1);
  }

  stop(): void {
    for (const run of this.runs) run.close();
    for (const check of this.healthChecks) check.stop();
    for (const endpoint of this.endpoints) endpoint.closeIdle(Infinity);
  }

  /** Once a second: what was left alone long enough is asked again. */
  tick(now: number): void {
    for (const run of this.runs) run.checkTimeouts(now);
    this.programs?.tick(now);
    for (const check of this.healthChecks) check.tick(now);
    for (const endpoint of this.endpoints) {
      endpoint.closeIdle(now - this.backend.settings['keep-alive-idle']);
      if (endpoint.state !== 'overloaded' || now <= endpoint.disabledUntil) continue;
      endpoint.state = 'running';
      this.errorLog.error('gw_backend.c', `gw-server re-enabled: ${endpoint.name}`);
    }
  }
}
