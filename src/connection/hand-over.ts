import type { SendConnection } from './adopted-state.js';
import type { Http1Connection } from './h1/connection.js';

/** So many connections may be on their way at once: each that comes later arrives later. */
const onTheWayMax = 4;

/**
 * Gives the connections of a worker that retires to newer workers, each between two requests, so that no client sees
 * a close. A few go at a time: those that wait for their turn are still served here, so that none waits long.
 */
export class HandOver {
  private readonly send: SendConnection;
  /** Called once, when no connection waits for a request here any more. */
  private onDrained: (() => void) | null;
  private readonly offered = new Set<Http1Connection>();
  private onTheWay = 0;
  private isScheduled = false;

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
    if (this.isScheduled || this.onTheWay >= onTheWayMax) return;
    this.isScheduled = true;
    // after the current event: what it read may hold the next request whole
    setImmediate(() => this.sendOffered());
  }

  private sendOffered(): void {
    this.isScheduled = false;
    for (const connection of this.offered) {
      if (this.onTheWay >= onTheWayMax) return;
      this.offered.delete(connection);
      // one that has begun another request meanwhile is offered again after it
      if (!connection.isTransferable) continue;
      const { state, handle } = connection.detach();
      this.onTheWay++;
      this.send(state, handle).then(() => this.arrived());
    }
    this.onDrained?.();
    this.onDrained = null;
  }

  private arrived(): void {
    this.onTheWay--;
    this.start();
  }
}
