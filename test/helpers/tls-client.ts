import { once } from 'node:events';
import { createConnection } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { type RawResponse, readResponse } from './read-response.js';

/** What a client learned in the handshake, and the answer to its request. */
export interface TlsAnswer {
  readonly response: RawResponse;
  /** Common name and number of the server's certificate, and how many came with it. */
  readonly commonName: string;
  readonly serialNumber: string;
  readonly chainLength: number;
  readonly protocol: string;
  readonly cipher: string;
  readonly application: string | false | null;
  readonly stapled: Buffer | null;
  /** The session of the first ticket; null where none came. */
  readonly session: Buffer | null;
  readonly isResumed: boolean;
}

export interface TlsRequest extends ConnectionOptions {
  readonly port: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Sent in the clear before the handshake. */
  readonly prelude?: string;
  readonly wantsStapling?: boolean;
}

/** Opens a TLS connection, asks once and closes. Fails where the handshake or the answer does. */
export async function askOverTls(request: TlsRequest): Promise<TlsAnswer> {
  const { port, path = '/', method = 'GET', headers = {}, prelude, wantsStapling, ...options } = request;
  const carrier = createConnection({ port, host: '127.0.0.1' });
  if (prelude !== undefined) {
    await once(carrier, 'connect');
    carrier.write(prelude, 'latin1');
  }
  const own = { rejectUnauthorized: false, requestOCSP: wantsStapling, ...options };
  const socket = connect({ ...own, socket: carrier } as ConnectionOptions);
  const facts = { stapled: null as Buffer | null, session: null as Buffer | null };
  socket.on('OCSPResponse', (response) => {
    facts.stapled = response;
  });
  socket.on('session', (session) => {
    facts.session ??= session;
  });
  try {
    await once(socket, 'secureConnect');
    const seen = whatIsSeen(socket);
    const fields = { Host: options.servername ?? 'localhost', Connection: 'close', ...headers };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    const reading = readResponse(Buffer.concat(chunks), 0, method, true);
    if (!reading || 'bad' in reading.response) throw new Error('no response came');
    return { ...seen, ...facts, response: reading.response };
  } finally {
    socket.destroy();
    carrier.destroy();
  }
}

function whatIsSeen(socket: TLSSocket) {
  const certificate = socket.getPeerCertificate(true);
  let chainLength = 0;
  const known = new Set<string>();
  for (
    let one = certificate;
    one?.fingerprint256 && !known.has(one.fingerprint256);
    one = one.issuerCertificate
  ) {
    known.add(one.fingerprint256);
    chainLength++;
  }
  return {
    commonName: String(certificate.subject?.CN ?? ''),
    serialNumber: certificate.serialNumber ?? '',
    chainLength,
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher()?.name ?? '',
    application: socket.alpnProtocol,
    isResumed: socket.isSessionReused(),
  };
}
