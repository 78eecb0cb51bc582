import type { ServerContext } from '../plugin/server-context.js';
import {
  addFigures,
  type StatusFigures,
  type StatusService,
  statusService,
} from '../plugin/status-figures.js';

/** Longer than the supervisor waits for the others. */
const answerWithinMs = 2000;

/** What the status page of this worker shows of all workers: its own figures, and what the supervisor gathers. */
export class WorkerStatus implements StatusService {
  private readonly server: ServerContext;
  private readonly ask: () => void;
  private waiting: ((others: StatusFigures | null) => void)[] = [];

  /** `ask` asks the supervisor for the figures of the others. */
  constructor(server: ServerContext, ask: () => void) {
    this.server = server;
    this.ask = ask;
    if (this.local !== undefined) server.services.set(statusService.total, this);
  }

  /** This worker alone; null where mod_status is not loaded. */
  own(): StatusFigures | null {
    return (this.local?.collect() as StatusFigures | undefined) ?? null;
  }

  async collect(): Promise<StatusFigures> {
    const others = await new Promise<StatusFigures | null>((resolve) => {
      this.waiting.push(resolve);
      const late = setTimeout(() => this.receive(null), answerWithinMs);
      late.unref();
      this.ask();
    });
    const own = this.own()!;
    return others === null ? own : addFigures(others, own);
  }

  /** The supervisor's answer. */
  receive(others: StatusFigures | null): void {
    for (const resolve of this.waiting.splice(0)) resolve(others);
  }

  private get local(): StatusService | undefined {
    return this.server.services.get(statusService.local) as StatusService | undefined;
  }
}
