import type { ClientConnection } from './client-connection.js';

/** Gathers what stands before a TLS handshake (HAProxy's PROXY header) for the module that reads it. */
export class PrereadBytes {
  private readonly connection: ClientConnection;
  private readonly onRest: (rest: Buffer | null) => void;
  private bytes: Buffer | null = null;

  /** `onRest` is called once, with what came behind it, in a later turn of the event loop. */
  constructor(connection: ClientConnection, onRest: (rest: Buffer | null) => void) {
    this.connection = connection;
    this.onRest = onRest;
  }

  /** True where more is to be read. The data is used again after this call. */
  received(data: Buffer): boolean {
    const { connection } = this;
    const bytes = this.bytes === null ? Buffer.from(data) : Buffer.concat([this.bytes, data]);
    this.bytes = bytes;
    const used = connection.preread!(bytes);
    if (used === 0) return true;
    connection.preread = null;
    if (used < 0) {
      connection.destroy();
    } else {
      const rest = used < bytes.length ? bytes.subarray(used) : null;
      // the socket is still being read: TLS must not take it at this moment
      setImmediate(() => connection.socket.destroyed || this.onRest(rest));
    }
    return false;
  }
}
