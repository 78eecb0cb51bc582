import type { ConnectionState } from '../../plugin/connection-state.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { ServerContext } from '../../plugin/server-context.js';
import {
  type ConnectionFigures,
  pluginCounters,
  type StatusFigures,
  type StatusService,
} from '../../plugin/status-figures.js';

/** Seconds of the sliding average. */
const windowSeconds = 5;

/** What this worker has done and is doing. */
export class LocalFigures implements StatusService {
  private readonly server: ServerContext;
  private readonly startedAt: number;
  /** The counters at each of the last seconds, the oldest first. */
  private readonly samples: { readonly requests: number; readonly bytesOut: number }[] = [];

  constructor(server: ServerContext) {
    this.server = server;
    this.startedAt = server.clock.epochSeconds;
    this.sample();
  }

  /** Once a second. */
  sample(): void {
    const { requests, bytesOut } = this.server.counters;
    this.samples.push({ requests, bytesOut });
    if (this.samples.length > windowSeconds + 1) this.samples.shift();
  }

  collect(): StatusFigures {
    const { counters, connections, connectionsMax, clock } = this.server;
    const oldest = this.samples[0];
    const newest = this.samples[this.samples.length - 1];
    return {
      startedAt: this.startedAt,
      requests: counters.requests,
      bytesOut: counters.bytesOut,
      recentRequests: newest.requests - oldest.requests,
      recentBytesOut: newest.bytesOut - oldest.bytesOut,
      connectionsAccepted: counters.connections,
      connectionsMax,
      activities: Array.from(connections, ({ activity }) => activity),
      connections: Array.from(connections).flatMap((connection) => describe(connection, clock.epochSeconds)),
      counters: Object.fromEntries(pluginCounters(this.server)),
    };
  }
}

function describe(connection: ConnectionState, now: number): ConnectionFigures[] {
  const { requests, activity } = connection;
  if (requests.length > 0) return requests.map((request) => describeRequest(request, activity, now));
  return [{ ...nothing, client: connection.peerAddress.text, activity }];
}

const nothing = {
  bodyBytesIn: 0,
  bodyLength: 0,
  bytesOut: 0,
  bytesMade: 0,
  seconds: 0,
  host: '',
  uri: '',
  target: '',
  file: '',
};

function describeRequest(
  request: RequestState,
  activity: ConnectionState['activity'],
  now: number,
): ConnectionFigures {
  const { uri, body, bodyBytesOut, responseBody } = request;
  return {
    client: request.remoteAddress.text,
    activity,
    bodyBytesIn: body.bytesIn,
    bodyLength: body.length,
    bytesOut: bodyBytesOut,
    bytesMade: bodyBytesOut + responseBody.length,
    seconds: Math.max(0, now - Math.floor(request.startedAt)),
    host: request.serverName || uri.authority,
    uri: uri.query === '' ? uri.path : `${uri.path}?${uri.query}`,
    target: request.targetOriginal,
    file: request.physical.path,
  };
}
