import type { SendConnection } from './adopted-state.js';
import type { Http1Connection } from './h1/connection.js';

/**
 * Gives the connections of a worker that retires to newer workers, each between two requests, so that no client sees
 * a close. They go one by one: those that wait for their turn are still served here, so that none waits long.
 */
export class HandOver {
  private readonly send: SendConnection;
  /** Called once, when no connection waits for a request here any more. */
  private onDrained: (() => void) | null;
  private readonly offered = new Set<Http1Connection>();
  private isSending = false;

  constructor(send: SendConnection, onDrained: () => void) {
    this.send = send;
    this.onDrained = onDrained;
  }

  /** A connection has finished a request, or waits for its first one. */
  offer(connection: Http1Connection): void {
    this.offered.add(connection);
    this.start();
  }

  /** All that wait have been offered. */
  start(): void {
    if (this.isSending) return;
    this.isSending = true;
    // after the current event: what it read may hold the next request whole
    setImmediate(() => this.sendOffered());
  }

  private async sendOffered(): Promise<void> {
    for (const connection of this.offered) {
      this.offered.delete(connection);
      // one that has begun another request meanwhile is offered again after it
      if (!connection.isTransferable) continue;
      const { state, handle } = connection.detach();
      await this.send(state, handle);
    }
    this.isSending = false;
    this.onDrained?.();
    this.onDrained = null;
  }
}
