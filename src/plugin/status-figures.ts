import type { ConnectionActivity } from './connection-state.js';
import type { MaybeAsync } from './handler-result.js';
import type { ServerContext } from './server-context.js';

/** What the status page says of one connection, or of one of its requests. Text is latin1. */
export interface ConnectionFigures {
  readonly client: string;
  readonly activity: ConnectionActivity;
  /** Bytes of the request's body: arrived, and announced (-1: unknown). */
  readonly bodyBytesIn: number;
  readonly bodyLength: number;
  /** Bytes of the answer: sent, and made so far. */
  readonly bytesOut: number;
  readonly bytesMade: number;
  /** Since the request began. */
  readonly seconds: number;
  readonly host: string;
  /** Path and query, the target as sent, and the file; empty between requests. */
  readonly uri: string;
  readonly target: string;
  readonly file: string;
}

/** Figures of one worker, or summed over all; plain data that can be sent between processes. */
export interface StatusFigures {
  /** Seconds since the epoch. */
  readonly startedAt: number;
  readonly requests: number;
  readonly bytesOut: number;
  /** Of the last five seconds. */
  readonly recentRequests: number;
  readonly recentBytesOut: number;
  readonly connectionsAccepted: number;
  readonly connectionsMax: number;
  /** What each open connection is doing. */
  readonly activities: readonly ConnectionActivity[];
  /** One entry a connection and one a request that shares a connection with others. */
  readonly connections: readonly ConnectionFigures[];
  /** What modules and scripts count, by name. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Gives the figures. */
export interface StatusService {
  collect(): MaybeAsync<StatusFigures>;
}

/**
 * Keys in `server.services`. mod_status offers each worker's own figures under `local`; whoever knows all workers puts
 * a service for their sum under `total`, and the pages show that where it is there.
 */
export const statusService = { local: 'status-figures-local', total: 'status-figures' } as const;

export function addFigures(a: StatusFigures, b: StatusFigures): StatusFigures {
  const counters = { ...a.counters };
  for (const [name, value] of Object.entries(b.counters)) counters[name] = (counters[name] ?? 0) + value;
  return {
    startedAt: Math.min(a.startedAt, b.startedAt),
    requests: a.requests + b.requests,
    bytesOut: a.bytesOut + b.bytesOut,
    recentRequests: a.recentRequests + b.recentRequests,
    recentBytesOut: a.recentBytesOut + b.recentBytesOut,
    connectionsAccepted: a.connectionsAccepted + b.connectionsAccepted,
    connectionsMax: a.connectionsMax + b.connectionsMax,
    activities: [...a.activities, ...b.activities],
    connections: [...a.connections, ...b.connections],
    counters,
  };
}

const countersService = 'plugin-counters';

/** Counters of modules and scripts (lighttpd's `plugin_stats`), shown on the statistics page. */
export function pluginCounters({ services }: ServerContext): Map<string, number> {
  const known = services.get(countersService);
  if (known instanceof Map) return known as Map<string, number>;
  const counters = new Map<string, number>();
  services.set(countersService, counters);
  return counters;
}
