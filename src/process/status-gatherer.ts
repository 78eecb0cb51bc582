import type { ServerCounters } from '../plugin/server-context.js';
import { addFigures, type StatusFigures } from '../plugin/status-figures.js';

/** A worker that does not answer within this time is left out. */
const answerWithinMs = 1000;

/** A worker as the gatherer needs it. */
export interface StatusPeer {
  send(message: { readonly type: 'tell-status' }): void;
}

interface Gathering {
  readonly waiting: Set<StatusPeer>;
  sum: StatusFigures;
  readonly finish: () => void;
}

/** Brings the figures of all workers together, and keeps those of workers that have gone. */
export class StatusGatherer {
  private gone: StatusFigures;
  private readonly last = new Map<StatusPeer, ServerCounters>();
  private readonly gatherings = new Set<Gathering>();

  /** `startedAt`: when the server started, in seconds since the epoch. */
  constructor(startedAt: number) {
    this.gone = {
      startedAt,
      requests: 0,
      bytesOut: 0,
      recentRequests: 0,
      recentBytesOut: 0,
      connectionsAccepted: 0,
      connectionsMax: 0,
      activities: [],
      connections: [],
      counters: {},
    };
  }

  update(worker: StatusPeer, counters: ServerCounters): void {
    this.last.set(worker, counters);
  }

  /** The worker has ended: what it has done still counts. */
  forget(worker: StatusPeer): void {
    const counters = this.last.get(worker);
    this.last.delete(worker);
    if (counters !== undefined) {
      const { requests, bytesOut, connections: connectionsAccepted } = counters;
      this.gone = addFigures(this.gone, { ...this.nothing(), requests, bytesOut, connectionsAccepted });
    }
    for (const gathering of [...this.gatherings]) this.answered(gathering, worker, null);
  }

  /** The figures of these workers and of all that have gone. */
  gather(workers: readonly StatusPeer[]): Promise<StatusFigures> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(late);
        this.gatherings.delete(gathering);
        resolve(gathering.sum);
      };
      const late = setTimeout(finish, answerWithinMs);
      const gathering: Gathering = { waiting: new Set(workers), sum: this.gone, finish };
      this.gatherings.add(gathering);
      for (const worker of workers) worker.send({ type: 'tell-status' });
      if (workers.length === 0) finish();
    });
  }

  /** An answer serves everyone who waits for that worker. */
  receive(worker: StatusPeer, figures: StatusFigures | null): void {
    for (const gathering of [...this.gatherings]) this.answered(gathering, worker, figures);
  }

  private answered(gathering: Gathering, worker: StatusPeer, figures: StatusFigures | null): void {
    if (!gathering.waiting.delete(worker)) return;
    if (figures !== null) gathering.sum = addFigures(gathering.sum, figures);
    if (gathering.waiting.size === 0) gathering.finish();
  }

  private nothing(): StatusFigures {
    return { ...this.gone, requests: 0, bytesOut: 0, connectionsAccepted: 0, connectionsMax: 0 };
  }
}
