import type { LogWriter } from '../log/log-writer.js';
import type { BackendHost } from './backend-host.js';
import type { BackendSettings } from './backend-options.js';
import type { Endpoint } from './endpoint.js';
import { isListening, ListeningProgram } from './listening-program.js';
import { systemText } from './program-text.js';

export interface ProgramKeeperOptions {
  /** Programs with arguments are started by a shell, as those of SCGI always were. */
  readonly useShell: boolean;
  readonly errors: LogWriter | null;
  readonly report: (message: string) => void;
  /** Monotonic seconds. */
  readonly now: () => number;
}

interface Kept {
  readonly endpoint: Endpoint;
  readonly program: ListeningProgram;
  /** It was idle for too long and is not wanted any more; its place is free once it has ended. */
  isRetired: boolean;
}

/**
 * Keeps the programs of one backend running (`bin-path`): `min-procs` of them always, up to `max-procs` under load,
 * each on a socket of its own; one that ends is started again, at most once a second.
 */
export class ProgramKeeper {
  private readonly host: BackendHost;
  private readonly options: ProgramKeeperOptions;
  private readonly settings: BackendSettings;
  private readonly kept: Kept[] = [];
  private readonly minimum: number;
  private isStopped = false;

  constructor(host: BackendHost, options: ProgramKeeperOptions) {
    this.host = host;
    this.options = options;
    this.settings = host.backend.settings;
    this.minimum = Math.min(this.settings['min-procs'], this.settings['max-procs']);
    for (let i = 0; i < this.minimum; i++) this.startAnother();
  }

  /** For a backend without programs: starts one, because it is asked for. */
  startOnDemand(): boolean {
    if (this.minimum > 0 || this.wanted.length > 0 || this.settings['max-procs'] === 0) return false;
    this.startAnother();
    return true;
  }

  /** Once a second: starts what has ended, more under load, and ends what has had nothing to do. */
  tick(): void {
    const now = this.options.now();
    for (const kept of this.wanted) if (this.isToBeStarted(kept, now)) this.start(kept);
    if (this.minimum < this.settings['max-procs']) this.adapt(now);
  }

  /** Ends all of them, and takes the sockets away. */
  stop(): void {
    this.isStopped = true;
    for (const { program } of this.kept) {
      program.kill(this.settings['kill-signal']);
      program.removeSocket();
    }
  }

  private get wanted(): readonly Kept[] {
    return this.kept.filter(({ isRetired }) => !isRetired);
  }

  private isToBeStarted({ endpoint, program }: Kept, now: number): boolean {
    return (
      endpoint.state === 'died' &&
      !program.isRunning &&
      endpoint.load.value === 0 &&
      endpoint.disabledUntil < now
    );
  }

  private adapt(now: number): void {
    const { wanted, settings } = this;
    const isBusy = wanted.every(({ endpoint }) => endpoint.load.value > settings['max-load-per-proc']);
    if (isBusy && wanted.length > 0 && wanted.length < settings['max-procs']) this.startAnother();
    if (wanted.length <= this.minimum) return;
    const idle = wanted.find(({ endpoint, program }) => {
      const isIdle = endpoint.lastUsed < now - settings['idle-timeout'];
      return program.isRunning && endpoint.load.value === 0 && isIdle;
    });
    if (idle === undefined) return;
    idle.isRetired = true;
    idle.endpoint.state = 'died';
    idle.program.kill(settings['kill-signal']);
  }

  private startAnother(): void {
    const free = this.kept.find(({ isRetired, program }) => isRetired && !program.isRunning);
    const kept = free ?? this.newPlace();
    kept.isRetired = false;
    this.start(kept);
  }

  private newPlace(): Kept {
    const { host, settings, options } = this;
    const number = this.kept.length;
    const { socketPath, port } = host.backend;
    const path = socketPath === '' ? '' : `${socketPath}-${number}`;
    const endpoint = host.add({ path, host: host.backend.host, port: path === '' ? port + number : 0 });
    const program = new ListeningProgram(endpoint, {
      args: programArguments(settings['bin-path'], options.useShell),
      environment: programEnvironment(settings),
      backlog: settings['listen-backlog'],
      errors: options.errors,
      onExit: (status, signal) => this.ended(kept, status, signal),
    });
    const kept: Kept = { endpoint, program, isRetired: false };
    this.kept.push(kept);
    return kept;
  }

  /** Requests that come meanwhile wait for it. */
  private start(kept: Kept): void {
    const { endpoint } = kept;
    endpoint.state = 'running';
    endpoint.lastUsed = this.options.now();
    endpoint.ready = this.startNow(kept).then(() => {
      endpoint.ready = null;
    });
  }

  private async startNow({ endpoint, program }: Kept): Promise<void> {
    if (await isListening(endpoint)) return;
    if (this.isStopped) return;
    try {
      await program.start();
    } catch (error) {
      endpoint.state = 'died';
      endpoint.disabledUntil = this.options.now();
      this.options.report(`spawning "${this.settings['bin-path']}" failed: ${(error as Error).message}`);
    }
  }

  private ended(kept: Kept, status: number | null, signal: NodeJS.Signals | null): void {
    const { endpoint, program, isRetired } = kept;
    endpoint.state = 'died';
    if (this.isStopped) return;
    if (isRetired) {
      program.removeSocket();
      return;
    }
    const how =
      signal !== null ? `child signalled: ${signal}` : `child exited: ${status ?? 'it did not start'}`;
    this.options.report(`${how} ${endpoint.name} (${this.settings['bin-path']})`);
    const now = this.options.now();
    const wasStartedJustNow = endpoint.disabledUntil >= now || status === null;
    endpoint.disabledUntil = now;
    if (!wasStartedJustNow || signal !== null) this.start(kept);
  }
}

/** Each blank separates two arguments, as lighttpd has it. */
function programArguments(binPath: string, useShell: boolean): string[] {
  const args = binPath.split(/[ \t]/);
  return useShell && args.length > 1 ? ['/bin/sh', '-c', `exec ${binPath}`] : args;
}

function programEnvironment(settings: BackendSettings): Record<string, string> {
  const copied = settings['bin-copy-environment'];
  const environment: Record<string, string> = { PHP_FCGI_CHILDREN: '1' };
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && (copied.length === 0 || copied.includes(name))) environment[name] = value;
  for (const { key, value } of settings['bin-environment']) environment[key] = systemText(value) ?? value;
  return environment;
}
