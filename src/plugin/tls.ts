import type { SecureContext, TLSSocket } from 'node:tls';
import type { ConnectionState } from './connection-state.js';
import type { FeatureFlags } from './feature-flags.js';

/** What a client meets in its handshake. */
export interface TlsIdentity {
  /** Certificate, key, and the authorities that clients' certificates are checked against. */
  readonly context: SecureContext;
  /** Is the client asked for a certificate, and is the handshake given up without one? */
  readonly asksClient: boolean;
  readonly requiresClient: boolean;
  /** The answer of OCSP for the certificate, as DER. */
  readonly stapling: Buffer | null;
}

/** How connections are encrypted. A module offers it in `server.services`, under `tlsService`. */
export interface TlsService {
  /** Before the client has said anything: versions, ciphers, keys of tickets. Null ends the connection. */
  accept(connection: ConnectionState): SecureContext | null;
  /**
   * The client has named a host (SNI; empty where it has not), and maybe protocols. Null refuses it; what `accept`
   * gave holds beside this.
   */
  identity(connection: ConnectionState, serverName: string): TlsIdentity | null;
  /** The client has offered protocols (ALPN): one of them, or undefined where none is spoken. */
  protocol(connection: ConnectionState, offered: readonly string[], serverName: string): string | undefined;
  /** The handshake is done. False: the client's certificate is not good enough, and the connection ends. */
  secured(connection: ConnectionState, socket: TLSSocket, verifyError: NodeJS.ErrnoException | null): boolean;
  /** The handshake, or what came after it, went wrong. */
  failed(connection: ConnectionState, error: NodeJS.ErrnoException): void;
}

/** The key in `server.services`. */
export const tlsService = 'tls';

/** The protocols that are agreed on in the handshake (ALPN), in no order: the client's counts. */
const protocols: readonly string[] = ['http/1.1', 'http/1.0'];

/** Which connections are made of a socket is up to its protocol (`Acceptor`); these are what there is. */
export function speaks(protocol: string, features: FeatureFlags): boolean {
  return protocols.includes(protocol) || (protocol === 'h2' && features.bool('server.h2proto', true));
}
