import type { CoreSettings } from '../plugin/core-settings.js';

/**
 * `server.kbytes-per-second`: bytes that all connections with the same settings may send in this second. One object
 * serves a worker.
 */
export class ServerTraffic {
  private readonly sent = new Map<CoreSettings, number>();

  room(conf: CoreSettings): number {
    return conf.serverBytesPerSecond - (this.sent.get(conf) ?? 0);
  }

  add(conf: CoreSettings, bytes: number): void {
    this.sent.set(conf, (this.sent.get(conf) ?? 0) + bytes);
  }

  nextSecond(): void {
    this.sent.clear();
  }
}

/** Bytes that a connection may send now; Infinity where nothing limits it. */
export function allowedBytes(conf: CoreSettings, sentThisSecond: number, traffic: ServerTraffic): number {
  if (conf.connectionBytesPerSecond === 0 && conf.serverBytesPerSecond === 0) return Number.POSITIVE_INFINITY;
  let allowed = Number.POSITIVE_INFINITY;
  if (conf.connectionBytesPerSecond > 0) allowed = conf.connectionBytesPerSecond - sentThisSecond;
  if (conf.serverBytesPerSecond > 0) allowed = Math.min(allowed, traffic.room(conf));
  return Math.max(allowed, 0);
}
