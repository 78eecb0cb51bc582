import { programAddress } from '../backend/backend-programs.js';
import { type Address, addressName } from '../backend/endpoint.js';
import type { ProgramSpec, ProgramState, ProgramUse } from '../plugin/programs.js';
import { isListening, ListeningProgram } from './listening-program.js';
import type { Identity } from './privileges.js';

export interface ProgramKeeperOptions {
  readonly identity: Identity | null;
  /** For the programs' standard error; -1: nowhere. */
  readonly errorDescriptor: () => number;
  readonly report: (message: string) => void;
  /** Whole seconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Does another keeper of this server listen on that unix socket? Then this one takes its place. */
  readonly isOurs: (path: string) => boolean;
  readonly onStates: (states: readonly ProgramState[]) => void;
}

/** How often it is looked whether a program of another server is still there. */
const borrowedLookSeconds = 5;

interface Place {
  readonly number: number;
  readonly program: ListeningProgram;
  state: ProgramState;
  /** Somebody else's program listens there, and is used until it ends. */
  isBorrowed: boolean;
  load: number;
  lastUsed: number;
  /** When it last ended, or another server's was last seen. */
  endedAt: number;
}

/**
 * Keeps the programs of one backend running (`bin-path`): `min-procs` of them always, up to `max-procs` under load,
 * each on a socket of its own; one that ends is started again, at most once a second.
 */
export class ProgramKeeper {
  readonly spec: ProgramSpec;
  private readonly options: ProgramKeeperOptions;
  private readonly places: Place[] = [];
  private readonly minimum: number;
  private isPublic = false;
  private isStopped = false;

  constructor(spec: ProgramSpec, options: ProgramKeeperOptions) {
    this.spec = spec;
    this.options = options;
    this.minimum = Math.min(spec.minProcs, spec.maxProcs);
  }

  /** Starts those that are always there. */
  start(): void {
    for (let i = 0; i < this.minimum; i++) this.startAnother();
  }

  get states(): readonly ProgramState[] {
    return this.places.map(({ state }) => state);
  }

  has(path: string): boolean {
    return this.places.some(
      ({ number, program }) => program.isRunning && this.addressOf(number).path === path,
    );
  }

  /** The configuration that wants the programs is in use: their sockets get their names. */
  publish(): void {
    this.isPublic = true;
    for (const { program } of this.places) program.publish();
  }

  /** One is asked for, and there may be none. */
  want(): void {
    if (this.minimum === 0 && this.wanted.length === 0 && this.spec.maxProcs > 0) this.startAnother();
  }

  /** What all workers together have to do with each program. */
  use(uses: readonly ProgramUse[]): void {
    for (const place of this.places) {
      const { load, wasUsed } = uses[place.number] ?? { load: 0, wasUsed: false };
      place.load = load;
      if (wasUsed || load > 0) place.lastUsed = this.options.now();
    }
  }

  /** Once a second: starts what has ended, more under load, and ends what has had nothing to do. */
  tick(): void {
    const now = this.options.now();
    for (const place of this.wanted) if (isToBeStarted(place, now)) this.startPlace(place);
    if (this.minimum < this.spec.maxProcs) this.adapt(now);
  }

  /** Ends all of them, and takes the sockets away. */
  stop(): void {
    this.isStopped = true;
    for (const { program } of this.places) {
      program.kill(this.spec.killSignal);
      program.removeSocket();
    }
  }

  private get wanted(): readonly Place[] {
    return this.places.filter(({ state }) => state !== 'free');
  }

  private addressOf(number: number): Address {
    return programAddress(this.spec, number);
  }

  private adapt(now: number): void {
    const { wanted, spec } = this;
    const isBusy = wanted.every(({ load }) => load > spec.maxLoadPerProc);
    if (isBusy && wanted.length > 0 && wanted.length < spec.maxProcs) this.startAnother();
    if (wanted.length <= this.minimum) return;
    const idle = wanted.find(
      ({ lastUsed, program, load }) => program.isRunning && load === 0 && lastUsed < now - spec.idleTimeout,
    );
    if (idle === undefined) return;
    this.change(idle, 'free');
    idle.program.kill(spec.killSignal);
  }

  private startAnother(): void {
    const free = this.places.find(({ state, program }) => state === 'free' && !program.isRunning);
    this.startPlace(free ?? this.newPlace());
  }

  private newPlace(): Place {
    const { spec, options } = this;
    const number = this.places.length;
    const program = new ListeningProgram(this.addressOf(number), {
      args: programArguments(spec),
      environment: spec.environment,
      backlog: spec.listenBacklog,
      identity: options.identity,
      errorDescriptor: options.errorDescriptor,
      onExit: (status, signal) => this.ended(place, status, signal),
    });
    const place: Place = {
      number,
      program,
      state: 'free',
      isBorrowed: false,
      load: 0,
      lastUsed: 0,
      endedAt: 0,
    };
    this.places.push(place);
    return place;
  }

  private startPlace(place: Place): void {
    place.lastUsed = this.options.now();
    if (!place.isBorrowed) this.change(place, 'starting');
    this.startNow(place);
  }

  private async startNow(place: Place): Promise<void> {
    const { program, number } = place;
    const address = this.addressOf(number);
    place.isBorrowed = !this.options.isOurs(address.path) && (await isListening(address));
    if (this.isStopped || place.state === 'free') return;
    if (place.isBorrowed) place.endedAt = this.options.now();
    try {
      if (!place.isBorrowed) await program.start();
      if (this.isPublic) program.publish();
      this.change(place, 'running');
    } catch (error) {
      place.endedAt = this.options.now();
      this.options.report(`spawning "${this.spec.binPath}" failed: ${(error as Error).message}`);
      this.change(place, 'died');
    }
    if (this.isStopped) this.stop();
  }

  private ended(place: Place, status: number | null, signal: NodeJS.Signals | null): void {
    const { program, state, number, endedAt } = place;
    if (this.isStopped) return;
    if (state === 'free') {
      program.removeSocket();
      return;
    }
    const how =
      signal !== null ? `child signalled: ${signal}` : `child exited: ${status ?? 'it did not start'}`;
    this.options.report(`${how} ${addressName(this.addressOf(number))} (${this.spec.binPath})`);
    const now = this.options.now();
    const wasStartedJustNow = endedAt >= now || status === null;
    place.endedAt = now;
    this.change(place, 'died');
    if (!wasStartedJustNow || signal !== null) this.startPlace(place);
  }

  private change(place: Place, state: ProgramState): void {
    if (place.state === state) return;
    place.state = state;
    this.options.onStates(this.states);
  }
}

/** A program that died, or another server's, which may have gone meanwhile. */
function isToBeStarted({ state, program, load, endedAt, isBorrowed }: Place, now: number): boolean {
  if (isBorrowed) return endedAt + borrowedLookSeconds <= now;
  return state === 'died' && !program.isRunning && load === 0 && endedAt < now;
}

/** Each blank separates two arguments, as lighttpd has it. */
function programArguments({ binPath, useShell }: ProgramSpec): string[] {
  const args = binPath.split(/[ \t]/);
  return useShell && args.length > 1 ? ['/bin/sh', '-c', `exec ${binPath}`] : args;
}
