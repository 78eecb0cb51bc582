import type { ProgramSpec, ProgramState, ProgramUse } from '../plugin/programs.js';
import type { Identity } from './privileges.js';
import { ProgramKeeper } from './program-keeper.js';

/** Whoever gets to know the states: a worker. */
export interface ProgramUser {
  send(message: {
    readonly type: 'programs';
    readonly id: number;
    readonly states: readonly ProgramState[];
  }): void;
}

/** All workers of one configuration. */
export interface ProgramOwner {
  /** Programs on unix sockets are shared only with owners of the same turn: each forced reload is another. */
  readonly programTurn: number;
}

export interface ProgramServiceOptions {
  readonly identity: () => Identity | null;
  readonly errorDescriptor: () => number;
  readonly report: (message: string) => void;
}

interface Kept {
  readonly keeper: ProgramKeeper;
  readonly owners: Set<ProgramOwner>;
  readonly users: Map<ProgramUser, { readonly id: number; uses: readonly ProgramUse[] }>;
}

/**
 * The programs of all gateways (`bin-path`), kept by the supervisor: workers share them, and they go on over reloads
 * while some configuration in use wants them as they are.
 */
export class ProgramService {
  private readonly options: ProgramServiceOptions;
  private readonly kept = new Map<string, Kept>();
  private timer: NodeJS.Timeout | null = null;

  constructor(options: ProgramServiceOptions) {
    this.options = options;
  }

  /** A worker's backend needs these; it calls them `id`. */
  keep(owner: ProgramOwner, user: ProgramUser, id: number, spec: ProgramSpec): void {
    // a port can be bound once: what listens there is kept as long as it is wanted
    const turn = spec.socketPath === '' ? 0 : owner.programTurn;
    const key = JSON.stringify([turn, spec]);
    const kept = this.kept.get(key) ?? this.start(key, spec);
    kept.owners.add(owner);
    kept.users.set(user, { id, uses: [] });
    user.send({ type: 'programs', id, states: kept.keeper.states });
  }

  want(user: ProgramUser, id: number): void {
    this.find(user, id)?.keeper.want();
  }

  use(user: ProgramUser, id: number, uses: readonly ProgramUse[]): void {
    const one = this.find(user, id)?.users.get(user);
    if (one !== undefined) one.uses = uses;
  }

  /** The owner's configuration is in use from now on. */
  publish(owner: ProgramOwner): void {
    for (const { keeper, owners } of this.kept.values()) if (owners.has(owner)) keeper.publish();
  }

  gone(user: ProgramUser): void {
    for (const { users } of this.kept.values()) users.delete(user);
  }

  /** None of the owner's workers is left. What nobody else wants ends. */
  release(owner: ProgramOwner): void {
    for (const [key, { keeper, owners }] of this.kept) {
      if (!owners.delete(owner) || owners.size > 0) continue;
      this.kept.delete(key);
      keeper.stop();
    }
    if (this.kept.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private start(key: string, spec: ProgramSpec): Kept {
    this.timer ??= setInterval(() => this.everySecond(), 1000);
    const users: Kept['users'] = new Map();
    const { identity, errorDescriptor, report } = this.options;
    const keeper = new ProgramKeeper(spec, {
      identity: identity(),
      errorDescriptor,
      report,
      now: () => Math.floor(performance.now() / 1000),
      isOurs: (path) =>
        [...this.kept.values()].some((other) => other.keeper !== keeper && other.keeper.has(path)),
      onStates: (states) => {
        for (const [user, { id }] of users) user.send({ type: 'programs', id, states });
      },
    });
    const kept: Kept = { keeper, owners: new Set(), users };
    this.kept.set(key, kept);
    keeper.start();
    return kept;
  }

  private find(user: ProgramUser, id: number): Kept | undefined {
    return [...this.kept.values()].find(({ users }) => users.get(user)?.id === id);
  }

  private everySecond(): void {
    for (const { keeper, users } of this.kept.values()) {
      keeper.use(sum([...users.values()].map(({ uses }) => uses)));
      keeper.tick();
    }
  }
}

/** What all users together have to do with each program. */
function sum(all: readonly (readonly ProgramUse[])[]): readonly ProgramUse[] {
  const count = Math.max(0, ...all.map(({ length }) => length));
  return Array.from({ length: count }, (_, number) => ({
    load: all.reduce((total, uses) => total + (uses[number]?.load ?? 0), 0),
    wasUsed: all.some((uses) => uses[number]?.wasUsed),
  }));
}
