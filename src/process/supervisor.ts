import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemErrorText } from '../base/system-error.js';
import { TicketSeed } from '../base/ticket-seed.js';
import { defaultServerTag } from '../base/version.js';
import type { ConfigTree } from '../config/tree.js';
import type { ErrorLog } from '../log/error-log.js';
import { LocalLogs } from '../log/local-logs.js';
import { LogMerger } from '../log/log-merger.js';
import type { LogSink } from '../log/log-writer.js';
import { FeatureFlags } from '../plugin/feature-flags.js';
import type { NameProof } from '../plugin/name-proofs.js';
import type { ServerCounters } from '../plugin/server-context.js';
import type { StatusFigures } from '../plugin/status-figures.js';
import { inheritedSocket, takeInheritedSockets, withInherited } from './activation.js';
import { CertificateKeeper } from './certificate-keeper.js';
import { describeChanges, hasSameText } from './config-changes.js';
import { Generation, type GenerationHost } from './generation.js';
import { KeptFilesWatcher } from './kept-files-watcher.js';
import { setLimits } from './limits.js';
import { ListenSockets } from './listen-sockets.js';
import { mainErrorLog } from './main-error-log.js';
import type { ConfigOrder, GenerationPlan, ProgramMessage } from './messages.js';
import { standardInput } from './one-request.js';
import { logOpener } from './open-log.js';
import { PidFile } from './pid-file.js';
import { findIdentity, type Identity } from './privileges.js';
import { ProgramService } from './program-service.js';
import type { Verdict } from './reload-queue.js';
import { StatusGatherer } from './status-gatherer.js';
import { type HandedOver, WorkerFailure, type WorkerProcess } from './worker-process.js';

/** A worker that was told to stop has so long. */
const stopWithinMs = 4000;
/** Old generations finish what they have, within these bounds (feature flags of these names). */
const oldGenerationsMax = { flag: 'reload.old-generations', default: 4 };
const oldGenerationSeconds = { flag: 'reload.grace-seconds', default: 3600 };
/**
 * So long old and new workers accept side by side: new ones are slow at first, and whoever is busy leaves the next
 * connection to others.
 */
const overlapMs = 250;

export interface SupervisorOptions {
  readonly configFile: string;
  readonly moduleDir: string;
  readonly workingFolder: string;
  /** Whatever server.max-worker says. */
  readonly oneWorker: boolean;
  /** One connection, from standard input, is all that is served: nothing listens, and there is no pid file. */
  readonly oneRequest: boolean;
  /** Gets what is said before logs are open, and where they fail. */
  readonly report: (message: string) => void;
}

/**
 * Serves nothing itself: it binds sockets, writes logs, and starts, watches and replaces workers. Everything that
 * needs the rights of root is done here.
 */
export class Supervisor implements GenerationHost {
  readonly sockets = new ListenSockets();
  readonly workingFolder: string;
  readonly moduleDir: string;
  errorLog: ErrorLog | null = null;
  proofs: readonly NameProof[] = [];
  /** When a worker last did something, in `performance.now()`. */
  activeAtMs = performance.now();
  private readonly options: SupervisorOptions;
  private readonly gatherer = new StatusGatherer(Math.floor(Date.now() / 1000));
  private readonly ticketSeed = new TicketSeed(randomBytes(32), Date.now() / 1000);
  private readonly keptFiles: KeptFilesWatcher;
  private readonly inherited = takeInheritedSockets(process.env);
  /** Every generation that still has workers; the current one is among them. */
  private readonly generations = new Set<Generation>();
  private logs: LocalLogs | null = null;
  private readonly merger = new LogMerger();
  private identity: Identity | null = null;
  private maxFds = 0;
  private pidFile: PidFile | null = null;
  private current: Generation | null = null;
  private breakagelog: string | null = null;
  private count = 0;
  private readonly programService = new ProgramService({
    identity: () => this.identity,
    errorDescriptor: () => this.breakageDescriptor(),
    report: (message) => this.errorLog?.error('gw_backend.c', message),
  });
  private readonly certificates: CertificateKeeper;
  private isStopping = false;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.workingFolder = options.workingFolder;
    this.moduleDir = options.moduleDir;
    this.keptFiles = new KeptFilesWatcher(this.workingFolder, (name, content) =>
      this.fileChanged(name, content),
    );
    this.certificates = new CertificateKeeper({
      workingFolder: this.workingFolder,
      identity: () => this.identity,
      errorLog: () => this.errorLog,
      prove: (proofs) => this.prove(proofs),
    });
  }

  get plan(): GenerationPlan {
    return this.current!.plan!;
  }

  get isServing(): boolean {
    return this.current !== null;
  }

  get features(): FeatureFlags {
    return featuresOf(this.plan.tree);
  }

  /** Starts the first generation. Throws an error with all problems; nothing is left running then. */
  async start(tree: ConfigTree): Promise<void> {
    for (const { token, handle } of this.inherited) this.sockets.inherit(token, handle);
    const generation = this.newGeneration();
    try {
      const plan = await generation.read({ type: 'plan', tree, moduleDir: this.moduleDir });
      const { server } = plan;
      if (server.pidFile !== '' && !this.options.oneRequest) this.pidFile = new PidFile(server.pidFile);
      this.identity = findIdentity(server.username, server.groupname);
      this.refuseChroot(server.chroot);
      const limitWarnings: string[] = [];
      this.maxFds = setLimits(server, (message) => limitWarnings.push(message));
      await this.build(generation, plan);
      for (const warning of limitWarnings) this.errorLog?.warning('server.c', warning);
      if (!this.options.oneRequest)
        this.errorLog?.write('notice', 'server.c.1973', `server started (${defaultServerTag})`);
    } catch (error) {
      generation.kill();
      // who stops the server waits for the workers, writes the last line, and closes
      if (!this.isStopping) await this.close();
      throw error;
    }
  }

  /** Builds a new generation and lets the old one retire. What fails is in the verdict, and changes nothing. */
  async reload(force: boolean): Promise<Verdict> {
    if (this.isStopping) return { ok: false, lines: ['the server is stopping'] };
    const before = this.plan;
    const openTokens = new Set(before.addresses.map(({ token }) => token));
    const generation = this.newGeneration(force);
    try {
      const plan = await generation.read(this.order());
      if (!force && hasSameText(before.tree, plan.tree)) {
        await generation.stop(stopWithinMs);
        return { ok: true, lines: ['the configuration has not changed'] };
      }
      await this.build(generation, plan);
      await this.changeOver(generation);
      const changes = describeChanges(before, plan);
      for (const line of changes) this.errorLog?.write('notice', 'server.c', line);
      return { ok: true, lines: changes };
    } catch (error) {
      generation.kill();
      this.sockets.closeAllBut(openTokens);
      if (this.isStopping) return { ok: false, lines: ['the server is stopping'] };
      const lines = error instanceof WorkerFailure ? error.problems : [(error as Error).message];
      this.errorLog?.error('server.c', 'reload failed; the configuration from before stays in use:');
      for (const line of lines.flatMap((text) => text.split('\n'))) this.errorLog?.error('server.c', line);
      return { ok: false, lines };
    }
  }

  /** Logs are opened anew, here and where programs of workers inherit them. */
  reopenLogs(): void {
    this.logs?.reopen();
    for (const generation of this.generations) generation.broadcast({ type: 'reopen-logs' });
    this.errorLog?.info('server.c.2081', 'logfiles cycled UID = 0 PID = 0');
  }

  /** Standard input can be read once: what was read from it is served again. */
  private order(): ConfigOrder {
    const { configFile, moduleDir } = this.options;
    if (configFile === '-') return { type: 'plan', tree: this.plan.tree, moduleDir };
    return { type: 'read', configFile, moduleDir, processId: process.pid };
  }

  /** Sockets, logs, modules; then the generation accepts. */
  private async build(generation: Generation, plan: GenerationPlan): Promise<void> {
    const addresses = this.addressesOf(plan);
    generation.plan = { ...plan, addresses };
    if (!this.options.oneRequest) await this.sockets.open(addresses);
    this.openLogs(plan);
    for (const warning of plan.warnings)
      for (const line of warning.split('\n')) this.errorLog?.warning('configfile.c', line);
    const { identity, maxFds, ticketSeed } = this;
    await generation.start({ workerCount: this.workerCount(plan), identity, maxFds, ticketSeed });
    this.programService.publish(generation);
    await generation.accept();
    this.current ??= generation;
    this.keptFiles.follow(plan.keptFiles);
    if (!this.options.oneRequest) this.certificates.follow(generation.plan, featuresOf(plan.tree));
  }

  private addressesOf(plan: GenerationPlan): GenerationPlan['addresses'] {
    const { server, addresses } = plan;
    if (server.bind === '/dev/stdin') {
      const input = inheritedSocket(0);
      if (this.sockets.get(input.token) === undefined) this.sockets.inherit(input.token, input.handle);
      return withInherited(addresses, '', [input]);
    }
    return withInherited(addresses, server.bind, server.systemdSocketActivation ? this.inherited : []);
  }

  /** Every worker whose configuration names the file gets it, old ones too. */
  private fileChanged(name: string, content: Buffer): void {
    for (const generation of this.generations) {
      if (generation.plan?.keptFiles.includes(name)) generation.broadcast({ type: 'file', name, content });
    }
  }

  private prove(proofs: readonly NameProof[]): void {
    this.proofs = proofs;
    for (const generation of this.generations) generation.broadcast({ type: 'prove', proofs });
  }

  private openLogs({ server, tree, logNames }: GenerationPlan): void {
    const { identity } = this;
    this.logs ??= new LocalLogs({
      runAs: identity,
      openFile: logOpener(identity),
      report: (place, message) => (this.errorLog ?? null)?.error(place, message),
    });
    this.logs.facility = server.syslogFacility;
    this.breakagelog = server.breakagelog;
    for (const name of logNames) openLog(this.logs, name);
    this.errorLog = mainErrorLog(server, featuresOf(tree), this.logs);
  }

  private async changeOver(generation: Generation): Promise<void> {
    const old = this.current!;
    this.current = generation;
    const features = featuresOf(generation.plan!.tree);
    const seconds = features.int(oldGenerationSeconds.flag, oldGenerationSeconds.default);
    const late = setTimeout(() => old.stop(stopWithinMs), seconds * 1000);
    old.ended.then(() => clearTimeout(late));
    await sleep(overlapMs);
    await old.retire();
    this.sockets.closeAllBut(new Set(generation.plan!.addresses.map(({ token }) => token)));
    const retiring = [...this.generations].filter((other) => other !== generation);
    const surplus = retiring.length - features.int(oldGenerationsMax.flag, oldGenerationsMax.default);
    for (const oldest of retiring.slice(0, Math.max(0, surplus))) oldest.stop(stopWithinMs);
  }

  /** Serves the connection on standard input (`-1`). Resolves when it has been served, and the worker has gone. */
  async serveOne(answerTo: Writable): Promise<void> {
    const { maxWorker } = this.plan.server;
    if ((maxWorker ?? 0) > 0)
      this.errorLog?.warning(
        'server.c',
        'server one-shot command line option disables server.max-worker config file option.',
      );
    const generation = this.current!;
    const { state, handle } = await standardInput(this.plan.addresses, answerTo);
    generation.adopt({ state, handle, adopted: () => {} });
    this.isStopping = true;
    generation.finish();
    await generation.ended;
  }

  /** Workers finish their requests, bounded by server.graceful-shutdown-timeout. Resolves when all have gone. */
  async finish(): Promise<void> {
    if (this.isStopping || this.current === null) return this.stop();
    this.isStopping = true;
    this.errorLog?.write('notice', 'server.c', '[note] graceful shutdown started');
    this.pidFile?.remove();
    this.sockets.closeAllBut(new Set());
    for (const generation of this.generations) generation.finish();
    const seconds = featuresOf(this.plan.tree).int('server.graceful-shutdown-timeout', 8);
    const late = seconds > 0 ? setTimeout(() => this.stop(), seconds * 1000) : null;
    await Promise.all([...this.generations].map(({ ended }) => ended));
    if (late !== null) clearTimeout(late);
  }

  /** Workers end at once. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.pidFile?.remove();
    this.sockets.closeAllBut(new Set());
    await Promise.all([...this.generations].map((generation) => generation.stop(stopWithinMs)));
  }

  /** After all workers have gone. */
  async close(): Promise<void> {
    this.pidFile?.remove();
    this.sockets.closeAllBut(new Set());
    this.keptFiles.close();
    this.certificates.close();
    this.merger.flush();
    await this.logs?.close();
  }

  log(name: string, lines: Buffer, atMs: number): void {
    const sink = this.sinkOf(name);
    if (sink !== null) this.merger.add(sink, lines, atMs);
  }

  /** Workers get no further than to the logs that the configuration names. */
  private sinkOf(name: string): LogSink | null {
    if (this.logs === null) return null;
    const level = /^syslog\/([0-7])$/.exec(name)?.[1];
    if (level !== undefined) return this.logs.syslogSink(Number(level));
    return name === '/dev/stderr' || this.namedLogs().has(name) ? this.logs.sink(name) : null;
  }

  connection(handedOver: HandedOver): void {
    this.current?.adopt(handedOver);
  }

  programs(generation: Generation, worker: WorkerProcess, message: ProgramMessage): void {
    if (message.type === 'keep-programs')
      this.programService.keep(generation, worker, message.id, message.spec);
    else if (message.type === 'want-program') this.programService.want(worker, message.id);
    else this.programService.use(worker, message.id, message.uses);
  }

  counters(worker: WorkerProcess, counters: ServerCounters): void {
    this.activeAtMs = performance.now();
    this.gatherer.update(worker, counters);
  }

  /** A status page is asked for: its worker gets the figures of all others. */
  async askStatus(asking: WorkerProcess): Promise<void> {
    const workers = [...this.generations].flatMap((generation) => [...generation.workers]);
    const others = await this.gatherer.gather(
      workers.filter((worker) => worker !== asking && worker.isAccepting),
    );
    asking.send({ type: 'status', others });
  }

  status(worker: WorkerProcess, figures: StatusFigures | null): void {
    this.gatherer.receive(worker, figures);
  }

  gone(worker: WorkerProcess): void {
    this.gatherer.forget(worker);
    this.programService.gone(worker);
  }

  report(message: string): void {
    this.errorLog?.error('server.c', message);
  }

  /** `restartsPrograms`: those of backends are not taken over from older generations. */
  private newGeneration(restartsPrograms = false): Generation {
    const turn = (this.current?.programTurn ?? 0) + (restartsPrograms ? 1 : 0);
    const generation = new Generation(++this.count, turn, this);
    this.generations.add(generation);
    generation.ended.then(() => {
      this.generations.delete(generation);
      this.programService.release(generation);
      this.merger.flush();
      if (!this.isStopping) this.logs?.closeAllBut(this.namedLogs());
    });
    return generation;
  }

  private namedLogs(): Set<string> {
    return new Set([...this.generations].flatMap(({ plan }) => plan?.logNames ?? []));
  }

  private workerCount({ server: { maxWorker } }: GenerationPlan): number {
    if (this.options.oneWorker) return 1;
    return Math.max(1, maxWorker ?? 1);
  }

  /** What the newest configuration names (server.breakagelog), or standard error. */
  private breakageDescriptor(): number {
    return this.breakagelog === null || this.logs === null
      ? 2
      : this.logs.sink(this.breakagelog).fileDescriptor;
  }

  private refuseChroot(chroot: string): void {
    if (chroot === '' || chroot === '/' || process.getuid?.() !== 0) return;
    throw new Error(
      `server.chroot = "${chroot}": Node.js has no chroot. Run the server in a container, or with RootDirectory= of systemd.`,
    );
  }
}

function openLog(logs: LocalLogs, name: string): void {
  try {
    logs.open(name);
  } catch (error) {
    throw new Error(`opening log '${name}' failed: ${systemErrorText(error)}`);
  }
}

function featuresOf({ blocks }: ConfigTree): FeatureFlags {
  const setting = blocks[0].settings.find(({ key }) => key.toLowerCase() === 'server.feature-flags');
  return new FeatureFlags(setting?.value.type === 'array' ? setting.value : undefined);
}
