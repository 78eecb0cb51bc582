import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AdoptedState } from '../connection/adopted-state.js';
import { LogFrameReader } from '../log/log-channel.js';
import type { ServerCounters } from '../plugin/server-context.js';
import type { StatusFigures } from '../plugin/status-figures.js';
import type { FromWorker, ProgramMessage, ToWorker } from './messages.js';

/** The worker's end of the stream that its log lines go through. */
export const logDescriptor = 4;

const workerProgram = fileURLToPath(new URL('../../../bin/worker.js', import.meta.url));

/** What a worker tells without being asked. */
export interface WorkerEvents {
  log(name: string, lines: Buffer, atMs: number): void;
  connection(handedOver: HandedOver): void;
  programs(message: ProgramMessage): void;
  counters(counters: ServerCounters): void;
  askStatus(): void;
  status(figures: StatusFigures | null): void;
  exit(reason: string): void;
}

/** A socket that travels between processes; close it here once it is sent. */
export interface SocketHandle {
  close(): void;
}

/** A connection that one worker gives away, and another one gets. */
export interface HandedOver {
  readonly state: AdoptedState;
  readonly handle: SocketHandle;
  /** To be called once it is served again. */
  readonly adopted: () => void;
}

/** Why a worker could not do what it was told, in words for the operator. */
export class WorkerFailure extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

type Answer<Type extends FromWorker['type']> = Extract<FromWorker, { type: Type }>;

interface Expectation {
  readonly type: FromWorker['type'];
  readonly resolve: (message: FromWorker) => void;
  readonly reject: (failure: WorkerFailure) => void;
}

/** One worker as the supervisor sees it. */
export class WorkerProcess {
  readonly child: ChildProcess;
  readonly startedAtMs = performance.now();
  isAlive = true;
  isAccepting = false;
  /** Resolves when the process has gone and its last log line has arrived. */
  readonly closed: Promise<void>;
  private readonly events: WorkerEvents;
  private expectation: Expectation | null = null;
  /** Connections that were sent and have not arrived yet, in their order. */
  private readonly onTheWay: HandedOver[] = [];

  constructor(workingFolder: string, events: WorkerEvents) {
    this.events = events;
    this.child = fork(workerProgram, [], {
      cwd: workingFolder,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
      execArgv: [],
    });
    this.closed = new Promise((resolve) => this.child.once('close', () => resolve()));
    this.child.on('message', (message, handle) =>
      this.receive(message as FromWorker, handle as SocketHandle),
    );
    this.child.on('error', (error) => this.ended(error.message));
    this.child.on('exit', (code, signal) =>
      this.ended(signal === null ? `status ${code}` : `signal ${signal}`),
    );
    this.readLogs();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** `sent` is called when the handle may be closed here. */
  send(message: ToWorker, handle?: unknown, sent?: () => void): void {
    if (!this.child.connected) sent?.();
    else this.child.send(message, handle as never, () => sent?.());
  }

  adopt(connection: HandedOver): void {
    const { state, handle } = connection;
    this.onTheWay.push(connection);
    this.send({ type: 'connection', state }, handle, () => handle.close());
  }

  /** Sends, and waits for the answer. Throws `WorkerFailure` where the worker fails, ends or takes too long. */
  async ask<Type extends FromWorker['type']>(
    message: ToWorker,
    type: Type,
    withinMs: number,
  ): Promise<Answer<Type>> {
    if (!this.isAlive) throw new WorkerFailure(['a worker ended while it was started']);
    const answer = new Promise<FromWorker>((resolve, reject) => {
      this.expectation = { type, resolve, reject };
    });
    const late = setTimeout(
      () => this.fail(new WorkerFailure([`a worker did not answer within ${withinMs / 1000} seconds`])),
      withinMs,
    );
    this.send(message);
    try {
      return (await answer) as Answer<Type>;
    } finally {
      clearTimeout(late);
    }
  }

  kill(): void {
    if (this.isAlive) this.child.kill('SIGKILL');
  }

  private receive(message: FromWorker, handle: SocketHandle | undefined): void {
    if (message.type === 'counters') {
      this.events.counters(message.counters);
    } else if (message.type === 'ask-status') {
      this.events.askStatus();
    } else if (message.type === 'status') {
      this.events.status(message.figures);
    } else if (message.type === 'connection') {
      const adopted = () => this.send({ type: 'handed-over' });
      if (handle) this.events.connection({ state: message.state, handle, adopted });
      else adopted();
    } else if (isProgramMessage(message)) {
      this.events.programs(message);
    } else if (message.type === 'adopted') {
      this.onTheWay.shift()?.adopted();
    } else if (message.type === 'failed') {
      this.fail(new WorkerFailure(message.problems));
    } else if (message.type === this.expectation?.type) {
      const { resolve } = this.expectation;
      this.expectation = null;
      resolve(message);
    }
  }

  private fail(failure: WorkerFailure): void {
    const expectation = this.expectation;
    this.expectation = null;
    expectation?.reject(failure);
  }

  private ended(reason: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.fail(new WorkerFailure([`a worker ended while it was started (${reason})`]));
    for (const { adopted } of this.onTheWay.splice(0)) adopted();
    this.events.exit(reason);
  }

  private readLogs(): void {
    const stream = this.child.stdio[logDescriptor];
    const reader = new LogFrameReader((name, lines, atMs) => this.events.log(name, lines, atMs));
    stream?.on('data', (chunk: Buffer) => {
      if (!reader.read(chunk)) stream.destroy();
    });
    stream?.on('error', () => {});
  }
}

function isProgramMessage(message: FromWorker): message is ProgramMessage {
  return ['keep-programs', 'want-program', 'use-programs'].includes(message.type);
}
