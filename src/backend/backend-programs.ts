import { unicodeText } from '../base/latin1.js';
import type { KeptPrograms, ProgramSource, ProgramSpec, ProgramState } from '../plugin/programs.js';
import type { BackendHost } from './backend-host.js';
import type { BackendSettings } from './backend-options.js';
import type { Address, Endpoint } from './endpoint.js';
import type { Backend } from './read-backends.js';

/**
 * The programs of one backend (`bin-path`) as a worker sees them: the supervisor keeps them running, for all workers
 * and over reloads. Each is an endpoint of the backend.
 */
export class BackendPrograms {
  private readonly host: BackendHost;
  private readonly spec: ProgramSpec;
  private readonly kept: KeptPrograms;
  private states: readonly ProgramState[] = [];
  /** Ends the wait of requests for a program that is being started, by number. */
  private readonly readied: ((() => void) | undefined)[] = [];
  private reportedAt = 0;
  private hadLoad = false;

  constructor(host: BackendHost, source: ProgramSource, spec: ProgramSpec) {
    this.host = host;
    this.spec = spec;
    const wanted = Math.min(spec.minProcs, spec.maxProcs);
    this.update(Array.from({ length: wanted }, () => 'starting'));
    this.kept = source.keep(spec, (states) => this.update(states));
  }

  /** For a backend without programs: starts one, because it is asked for. */
  startOnDemand(): boolean {
    const { minProcs, maxProcs } = this.spec;
    if (minProcs > 0 || maxProcs === 0 || this.states.some((state) => state !== 'free')) return false;
    this.update(['starting']);
    this.kept.want();
    return true;
  }

  /** Once a second; `now` in monotonic seconds. */
  tick(now: number): void {
    const { endpoints } = this.host;
    const uses = endpoints.map(({ load, lastUsed }) => ({
      load: load.value,
      wasUsed: lastUsed >= this.reportedAt,
    }));
    const hasLoad = uses.some(({ load, wasUsed }) => load > 0 || wasUsed);
    if (hasLoad || this.hadLoad) this.kept.use(uses);
    this.hadLoad = hasLoad;
    this.reportedAt = now;
  }

  /** Requests that come while a program starts wait for it. */
  private update(states: readonly ProgramState[]): void {
    const before = this.states;
    this.states = states;
    states.forEach((state, number) => {
      const endpoint = this.endpoint(number);
      if (state === 'starting') this.wait(endpoint, number);
      else {
        if (state !== 'running') endpoint.state = 'died';
        else if (before[number] !== 'running') endpoint.state = 'running';
        endpoint.ready = null;
        this.readied[number]?.();
        this.readied[number] = undefined;
      }
    });
  }

  private wait(endpoint: Endpoint, number: number): void {
    endpoint.state = 'running';
    endpoint.ready ??= new Promise((resolve) => {
      this.readied[number] = resolve;
    });
  }

  private endpoint(number: number): Endpoint {
    return this.host.endpoints[number] ?? this.host.add(programAddress(this.spec, number));
  }
}

/** Where one of several programs listens. */
export function programAddress({ socketPath, host, port }: ProgramSpec, number: number): Address {
  if (socketPath !== '') return { path: `${socketPath}-${number}`, host, port: 0 };
  return { path: '', host, port: port + number };
}

/** What the supervisor has to know of a backend's programs. */
export function programSpec({ settings, socketPath, host, port }: Backend, useShell: boolean): ProgramSpec {
  return {
    binPath: settings['bin-path'],
    useShell,
    environment: programEnvironment(settings),
    socketPath,
    host,
    port,
    listenBacklog: settings['listen-backlog'],
    minProcs: settings['min-procs'],
    maxProcs: settings['max-procs'],
    maxLoadPerProc: settings['max-load-per-proc'],
    idleTimeout: settings['idle-timeout'],
    killSignal: settings['kill-signal'],
  };
}

function programEnvironment(settings: BackendSettings): Record<string, string> {
  const copied = settings['bin-copy-environment'];
  const environment: Record<string, string> = { PHP_FCGI_CHILDREN: '1' };
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && (copied.length === 0 || copied.includes(name))) environment[name] = value;
  for (const { key, value } of settings['bin-environment']) environment[key] = unicodeText(value) ?? value;
  return environment;
}
