import type { IpAddress } from '../http/ip-address.js';
import type { HandlerResult } from './handler-result.js';
import type { RequestState } from './request-state.js';

/** A socket the server listens on (`server.bind` and `server.port`, or a `$SERVER["socket"]` block). */
export interface ListenSocket {
  /** As conditions see it: `192.0.2.1:80`, `[::]:443`, `/run/web.sock`. */
  readonly token: string;
  /** Host and port as bound; port 0 for unix sockets. */
  readonly address: string;
  readonly port: number;
  readonly isTls: boolean;
}

/**
 * Reads what stands before the first request, and before a TLS handshake (HAProxy's PROXY header). It is called with
 * all bytes that have arrived so far, at each arrival, and says how many of them it has used up: 0 asks to be called
 * again with more, -1 closes the connection without an answer. Waiting is bounded by `server.max-read-idle`.
 */
export type Preread = (bytes: Buffer) => number;

/**
 * Serves a whole connection byte by byte. The request has no head: `body.tunnel()` gives all that the client sends,
 * and the answer's body goes out as it is, without a head. The connection ends with the answer; a result other than
 * `finished` ends it at once.
 */
export type TunnelHandler = (request: RequestState) => Promise<HandlerResult>;

/** What a connection is doing, in lighttpd's words for its status page. */
export type ConnectionActivity = 'keep-alive' | 'read' | 'readpost' | 'handle-req' | 'write' | 'close';

/** What a module may know of the connection that a request came on. */
export interface ConnectionState {
  /** Numbered from 1 in each worker; log lines use it where lighttpd shows the file descriptor. */
  readonly id: number;
  readonly listenSocket: ListenSocket;
  /** Who connected, or who a trusted proxy's PROXY header says it is (set by `preread`, before any request). */
  peerAddress: IpAddress;
  peerPort: number;
  /** The address that the client reached, which a wildcard socket does not tell. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly isTls: boolean;
  /** Scheme of the requests: `https` where TLS ends here, or at a proxy that says so in its PROXY header. */
  scheme: 'http' | 'https';
  /** A connection-accept handler sets it; the connection asks it first and sets it back to null once it is done. */
  preread: Preread | null;
  /** A connection-accept handler sets it to take the connection away from HTTP. */
  tunnel: TunnelHandler | null;
  /** Of HTTP/2: which stream the request came on; 0 with HTTP/1.x. */
  readonly streamId: number;
  /** Requests so far, this one included. */
  readonly requestCount: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly activity: ConnectionActivity;
  /** Those that are being served; with HTTP/1.x at most one. */
  readonly requests: readonly RequestState[];
  /** Each module's own data, by the module's index. */
  readonly moduleData: unknown[];
  /** Sends an interim answer (1xx) at once. */
  sendInterim(status: number, headers: readonly (readonly [string, string])[]): void;
  /**
   * Resolves when the client resets, or can no longer be written to, while an answer is being made. A client that
   * closes its own side alone still wants the answer.
   */
  readonly aborted: Promise<void>;
  /** Resolves when the client closes its side (TCP FIN) while an answer is being made. */
  readonly halfClosed: Promise<void>;
}
