import type { TicketSeed } from '../base/ticket-seed.js';
import type { NameProof } from '../plugin/name-proofs.js';
import type { ServerCounters } from '../plugin/server-context.js';
import type { StatusFigures } from '../plugin/status-figures.js';
import type { ListenSockets } from './listen-sockets.js';
import type { ConfigOrder, GenerationPlan, ProgramMessage } from './messages.js';
import { stepBack, takeTurns } from './priority.js';
import type { Identity } from './privileges.js';
import type { ProgramOwner } from './program-service.js';
import { type HandedOver, WorkerFailure, WorkerProcess } from './worker-process.js';

/** How long a worker may take to read the configuration (its commands included), to start its modules, to retire. */
const readWithinMs = 60_000;
const startWithinMs = 60_000;
const retireWithinMs = 30_000;

/** A worker that lived longer is replaced at once; one that did not, after a pause that doubles up to the longest. */
const shortLifeMs = 5000;
const pauseFirstMs = 100;
const pauseMaxMs = 5000;

/** What the supervisor does for all generations. */
export interface GenerationHost {
  readonly sockets: ListenSockets;
  /** The folder that the server was started in: relative names in the configuration count from there. */
  readonly workingFolder: string;
  readonly moduleDir: string;
  /** Do others serve while a worker is built? */
  readonly isServing: boolean;
  /** What authorities are to find now. */
  readonly proofs: readonly NameProof[];
  log(name: string, lines: Buffer, atMs: number): void;
  /** A connection of a worker that retires. */
  connection(handedOver: HandedOver): void;
  programs(generation: Generation, worker: WorkerProcess, message: ProgramMessage): void;
  counters(worker: WorkerProcess, counters: ServerCounters): void;
  askStatus(worker: WorkerProcess): void;
  status(worker: WorkerProcess, figures: StatusFigures | null): void;
  /** A worker has gone; its figures count for what they were. */
  gone(worker: WorkerProcess): void;
  report(message: string): void;
}

export interface StartOptions {
  readonly ticketSeed: TicketSeed;
  readonly workerCount: number;
  readonly identity: Identity | null;
  readonly maxFds: number;
}

/**
 * All workers that serve one reading of the configuration. They are built whole before they accept anything: what
 * fails on the way fails the generation, and the one before it goes on.
 */
export class Generation implements ProgramOwner {
  readonly number: number;
  readonly programTurn: number;
  plan: GenerationPlan | null = null;
  readonly workers = new Set<WorkerProcess>();
  /** Resolves once all workers have gone. */
  readonly ended: Promise<void>;
  private resolveEnded: () => void = () => {};
  private readonly host: GenerationHost;
  private options: StartOptions | null = null;
  private state: 'building' | 'serving' | 'ending' = 'building';
  private pauseMs = 0;
  private turn = 0;
  /** Connections that arrived while no worker could take them. */
  private waiting: HandedOver[] = [];
  private closing = 0;

  constructor(number: number, programTurn: number, host: GenerationHost) {
    this.number = number;
    this.programTurn = programTurn;
    this.host = host;
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  /** The first worker reads and checks the configuration. Throws `WorkerFailure` with all problems. */
  async read(order: ConfigOrder): Promise<GenerationPlan> {
    const worker = this.fork();
    const { plan } = await worker.ask(order, 'plan', readWithinMs);
    this.plan = plan;
    return plan;
  }

  /** Starts the modules in all workers; nothing is accepted yet. Throws `WorkerFailure`. */
  async start(options: StartOptions): Promise<void> {
    this.refuseIfEnding();
    this.options = options;
    const [first] = this.workers;
    if (first === undefined) throw new WorkerFailure(['a worker ended while it was started']);
    const others = Array.from({ length: options.workerCount - 1 }, () => this.fork());
    await Promise.all([this.startWorker(first), ...others.map((worker) => this.prepare(worker))]);
  }

  /** All workers accept. */
  async accept(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => this.letAccept(worker)));
    this.refuseIfEnding();
    this.state = 'serving';
  }

  /**
   * Workers stop accepting, hand over what idles and finish the rest, one after the other: fewer connections are on
   * their way at once. Resolves once nothing waits there any more.
   */
  async retire(): Promise<void> {
    this.state = 'ending';
    for (const worker of this.workers)
      await worker.ask({ type: 'retire' }, 'retired', retireWithinMs).catch((error: Error) => {
        if (worker.isAlive) this.host.report(`worker ${worker.pid} does not retire: ${error.message}`);
      });
  }

  /** The server stops: workers finish their requests. */
  finish(): void {
    this.state = 'ending';
    for (const worker of this.workers) worker.send({ type: 'finish' });
    this.checkEnded();
  }

  /** Workers end now, with their logs written; whoever does not obey within the time is killed. */
  async stop(withinMs: number): Promise<void> {
    this.state = 'ending';
    for (const worker of this.workers) worker.send({ type: 'stop' });
    const late = setTimeout(() => this.kill(), withinMs);
    this.checkEnded();
    await this.ended;
    clearTimeout(late);
  }

  kill(): void {
    for (const worker of this.workers) worker.kill();
  }

  broadcast(message: Parameters<WorkerProcess['send']>[0]): void {
    for (const worker of this.workers) worker.send(message);
  }

  /** Gives a connection to one worker after the other. */
  adopt(connection: HandedOver): void {
    const able = [...this.workers].filter((worker) => worker.isAlive && worker.isAccepting);
    if (able.length === 0) {
      this.waiting.push(connection);
      return;
    }
    able[this.turn++ % able.length].adopt(connection);
  }

  /** A server that is told to stop while it starts must not serve: its workers would be replaced for ever. */
  private refuseIfEnding(): void {
    if (this.state === 'ending') throw new WorkerFailure(['the server is stopping']);
  }

  private fork(): WorkerProcess {
    const { host } = this;
    const worker = new WorkerProcess(host.workingFolder, {
      log: (name, lines, atMs) => host.log(name, lines, atMs),
      connection: (handedOver) => host.connection(handedOver),
      programs: (message) => host.programs(this, worker, message),
      counters: (counters) => host.counters(worker, counters),
      askStatus: () => host.askStatus(worker),
      status: (figures) => host.status(worker, figures),
      exit: (reason) => this.workerGone(worker, reason),
    });
    if (host.isServing) stepBack(worker.pid);
    this.workers.add(worker);
    this.closing++;
    worker.closed.then(() => {
      this.closing--;
      this.checkEnded();
    });
    return worker;
  }

  /** A worker that is given what the first one has read. */
  private async prepare(worker: WorkerProcess): Promise<void> {
    const { moduleDir } = this.host;
    await worker.ask({ type: 'take', tree: this.plan!.tree, moduleDir }, 'plan', readWithinMs);
    await this.startWorker(worker);
  }

  private async startWorker(worker: WorkerProcess): Promise<void> {
    const { identity, maxFds, ticketSeed } = this.options!;
    const seed = ticketSeed.at(Date.now() / 1000);
    const { proofs } = this.host;
    const order = { type: 'start', identity, maxFds, ticketSeed: seed, proofs } as const;
    await worker.ask(order, 'started', startWithinMs);
  }

  private async letAccept(worker: WorkerProcess): Promise<void> {
    for (const address of this.plan!.addresses) {
      const handle = this.host.sockets.get(address.token);
      if (handle !== undefined) worker.send({ type: 'socket', address }, handle);
    }
    if (this.host.isServing) takeTurns(worker.pid);
    await worker.ask({ type: 'accept' }, 'accepting', startWithinMs);
    worker.isAccepting = true;
    for (const connection of this.waiting.splice(0)) this.adopt(connection);
  }

  private workerGone(worker: WorkerProcess, reason: string): void {
    this.host.gone(worker);
    if (this.state === 'serving') this.replace(worker, reason);
    else this.workers.delete(worker);
    this.checkEnded();
  }

  private replace(dead: WorkerProcess, reason: string): void {
    this.workers.delete(dead);
    const livedLong = performance.now() - dead.startedAtMs > shortLifeMs;
    this.pauseMs = livedLong ? 0 : Math.min(pauseMaxMs, this.pauseMs * 2 || pauseFirstMs);
    this.host.report(`worker ${dead.pid} ended (${reason}); another one starts`);
    setTimeout(() => this.startReplacement(), livedLong ? 0 : this.pauseMs);
  }

  private async startReplacement(): Promise<void> {
    if (this.state !== 'serving') return;
    const worker = this.fork();
    try {
      await this.prepare(worker);
      // newer workers may have taken over meanwhile
      if (this.state !== 'serving') return worker.kill();
      await this.letAccept(worker);
      if (this.state !== 'serving') worker.send({ type: 'finish' });
    } catch (error) {
      this.host.report(`worker ${worker.pid} could not be started: ${(error as Error).message}`);
      worker.kill();
    }
  }

  private checkEnded(): void {
    if (this.state === 'serving' || this.workers.size > 0 || this.closing > 0) return;
    for (const { handle, adopted } of this.waiting.splice(0)) {
      handle.close();
      adopted();
    }
    this.resolveEnded();
  }
}
