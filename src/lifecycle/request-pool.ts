import type { ConnectionState } from '../plugin/connection-state.js';
import { RequestState } from '../plugin/request-state.js';
import type { ServerContext } from '../plugin/server-context.js';

const pooledMax = 256;

/** Request states that wait for their next request; a connection holds one only while it serves a request. */
export class RequestPool {
  private readonly server: ServerContext;
  private readonly free: RequestState[] = [];

  constructor(server: ServerContext) {
    this.server = server;
  }

  acquire(connection: ConnectionState): RequestState {
    const request = this.free.pop() ?? new RequestState(this.server, this.server.conditions);
    request.connection = connection;
    request.remoteAddress = connection.peerAddress;
    request.remotePort = connection.peerPort;
    request.conf = this.server.core.base;
    request.startedAt = this.server.clock.requestStart();
    return request;
  }

  /** Only for states that `finishRequest` has cleaned and that no handler holds any more. */
  release(request: RequestState): void {
    if (this.free.length < pooledMax) this.free.push(request);
  }
}
