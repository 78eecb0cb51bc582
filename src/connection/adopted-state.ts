import type { ListenSocket } from '../plugin/connection-state.js';

/** What belongs to a connection besides its socket, when one worker hands it to another between two requests. */
export interface AdoptedState {
  readonly listenSocket: ListenSocket;
  readonly requestCount: number;
  readonly bytesRead: number;
  /** Seconds that it may wait for the next request, and has waited. */
  readonly keepAliveIdle: number;
  readonly idleSeconds: number;
  /** The beginning of the next request, as far as it was read. */
  readonly pending: Uint8Array | null;
  /** As a PROXY header may have told. */
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly scheme: 'http' | 'https';
  /** No other connection follows, and this one closes behind its answer (`-1`). */
  readonly isLast: boolean;
}

/** An open connection of the process, below Node's sockets: what can be sent to another process. */
export interface ConnectionHandle {
  readStop(): void;
  close(): void;
}

/** Sends a connection away, and closes the handle here. Resolves once it is served again. */
export type SendConnection = (state: AdoptedState, handle: ConnectionHandle) => Promise<void>;

/** A connection that nothing has been read from. */
export function freshState(listenSocket: ListenSocket): AdoptedState {
  return {
    listenSocket,
    requestCount: 0,
    bytesRead: 0,
    keepAliveIdle: 0,
    idleSeconds: 0,
    pending: null,
    peerAddress: '',
    peerPort: 0,
    scheme: 'http',
    isLast: false,
  };
}
