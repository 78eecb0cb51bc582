import type { Writable } from 'node:stream';
import type { ConfigTree } from '../config/tree.js';
import { ConfigWatcher } from './config-watcher.js';
import { ControlSocket, controlPath } from './control-socket.js';
import { closeDebugger } from './early-signals.js';
import { SystemdNotifier } from './notify-systemd.js';
import { ReloadQueue, type Verdict } from './reload-queue.js';
import { Supervisor } from './supervisor.js';
import { WorkerFailure } from './worker-process.js';

export interface RunOptions {
  readonly tree: ConfigTree;
  readonly moduleDir: string;
  readonly configFile: string;
  readonly idleTimeoutSeconds: number;
  /** Serves one connection, from standard input, and listens nowhere. What came through a pipe is answered here. */
  readonly oneRequest: Writable | null;
  /** Gets what is said before logs are open, and where they fail. */
  readonly report: (message: string) => void;
  /** Called once the server takes connections. */
  readonly whenServing?: () => void;
}

const failed = 255;

/** Runs the server until it is told to stop; gives the exit status. */
export async function runServer(options: RunOptions): Promise<number> {
  const server = new RunningServer(options);
  return (await server.start()) ? server.ended : failed;
}

/** What drives a supervisor: signals, changed files, `lighttpd-ts reload`, the clock. */
class RunningServer {
  readonly ended: Promise<number>;
  private readonly options: RunOptions;
  private readonly supervisor: Supervisor;
  private readonly queue: ReloadQueue;
  private readonly systemd: SystemdNotifier;
  private watcher: ConfigWatcher | null = null;
  private control: ControlSocket | null = null;
  private timer: NodeJS.Timeout | null = null;
  private isReady = false;
  private isReloadWanted = false;
  private isQuitting = false;
  private end: (status: number) => void = () => {};

  constructor(options: RunOptions) {
    this.options = options;
    this.supervisor = new Supervisor({
      ...options,
      workingFolder: process.cwd(),
      oneWorker: options.idleTimeoutSeconds > 0 || options.oneRequest !== null,
      oneRequest: options.oneRequest !== null,
    });
    this.queue = new ReloadQueue((force) => this.reload(force));
    this.systemd = new SystemdNotifier(process.env, (message) => this.warn(message));
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  /** False where the server could not be started; it has said why. */
  async start(): Promise<boolean> {
    const { options, supervisor } = this;
    this.handleSignals();
    try {
      await supervisor.start(options.tree);
    } catch (error) {
      if (this.isQuitting) return true;
      const problems = error instanceof WorkerFailure ? error.problems : [(error as Error).message];
      for (const problem of problems) options.report(problem);
      return false;
    }
    if (this.isQuitting) return true;
    if (options.oneRequest !== null) {
      this.quit(supervisor.serveOne(options.oneRequest));
      return true;
    }
    await this.openControl();
    this.watch();
    this.timer = setInterval(() => this.everySecond(), 1000);
    closeDebugger();
    if (this.isQuitting) this.closeWatches();
    this.isReady = true;
    options.whenServing?.();
    await this.systemd.ready('serving');
    if (this.isReloadWanted) this.queue.request(false);
    return true;
  }

  private handleSignals(): void {
    process.on('SIGHUP', () => {
      this.supervisor.reopenLogs();
      this.ask(false);
    });
    process.on('SIGUSR1', () => this.ask(true));
    process.on('SIGINT', () => this.finish('graceful shutdown'));
    process.on('SIGTERM', () => this.stop());
    process.on('SIGPIPE', () => {});
  }

  /** A signal that comes while the server starts is kept until it has started. */
  private ask(force: boolean): void {
    if (this.isReady) this.queue.request(force);
    else this.isReloadWanted = true;
  }

  private async reload(force: boolean): Promise<Verdict> {
    await this.systemd.reloading();
    const verdict = await this.supervisor.reload(force);
    if (verdict.ok) this.watcher?.follow(this.supervisor.plan.tree);
    await this.systemd.ready(verdict.ok ? 'serving' : 'serving; the last reload failed');
    return verdict;
  }

  private async openControl(): Promise<void> {
    const { pidFile } = this.supervisor.plan.server;
    if (pidFile === '') return;
    try {
      this.control = await ControlSocket.open(controlPath(pidFile), () => this.queue.request(true));
    } catch (error) {
      this.warn((error as Error).message);
    }
  }

  private watch(): void {
    const { supervisor, options } = this;
    if (options.configFile === '-' || !supervisor.features.bool('config.watch', true)) return;
    this.watcher = new ConfigWatcher(
      process.cwd(),
      () => this.queue.request(false),
      (message) => this.warn(message),
    );
    this.watcher.follow(supervisor.plan.tree);
  }

  private everySecond(): void {
    const { supervisor, options } = this;
    const idleMs = performance.now() - supervisor.activeAtMs;
    const { idleTimeoutSeconds } = options;
    if (idleTimeoutSeconds > 0 && idleMs > idleTimeoutSeconds * 1000)
      this.finish(`idle timeout ${idleTimeoutSeconds}s exceeded, initiating graceful shutdown`);
  }

  private finish(reason: string): void {
    this.supervisor.errorLog?.write('notice', 'server.c', `[note] ${reason}`);
    this.quit(this.supervisor.finish());
  }

  private stop(): void {
    this.quit(this.supervisor.stop());
  }

  /** Signals may come again meanwhile: a second SIGINT ends the wait. */
  private async quit(gone: Promise<void>): Promise<void> {
    this.isQuitting = true;
    this.closeWatches();
    this.systemd.stopping();
    await gone;
    if (!this.options.oneRequest)
      this.supervisor.errorLog?.write('notice', 'server.c.2384', 'server stopped by UID = 0 PID = 0');
    await this.supervisor.close();
    this.end(0);
  }

  private closeWatches(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.watcher?.close();
    this.control?.close();
  }

  private warn(message: string): void {
    this.supervisor.errorLog?.warning('server.c', message);
  }
}
