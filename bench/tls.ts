import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { memoryOfConnection, memoryTitle } from './connection-memory.js';
import { tlsLoads } from './loads.js';
import { type RunningServer, startPinned } from './pinned.js';
import { describeRounds, runRounds } from './requests.js';
import type { ServerKind } from './servers.js';
import { formatTable } from './table.js';

interface TlsOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

/** Requests and handshakes over TLS, and what a connection that waits costs: lighttpds only. */
export async function compareTls(
  kinds: readonly ServerKind[],
  folder: string,
  site: string,
  options: TlsOptions,
): Promise<string> {
  const compared = kinds.filter(({ name }) => name.startsWith('lighttpd'));
  const extra = tlsConfig(folder);
  const servers: RunningServer[] = [];
  try {
    for (const kind of compared) servers.push(await startPinned(kind, folder, site, extra));
    const rounds = await runRounds(servers, tlsLoads, { ...options, folder });
    const names = servers.map(({ name }) => name);
    const memory: string[][] = [];
    for (const server of servers) memory.push(await memoryOfConnection(server, () => openIdle(server.port)));
    return `${describeRounds(rounds, names)}\n\n${formatTable([memoryTitle('TLS'), ''], memory)}`;
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** Both are asked for TLS 1.3 alone, which is the default of newer lighttpd. */
export function tlsConfig(folder: string): readonly string[] {
  return [
    'server.modules += ( "mod_openssl" )',
    'ssl.engine = "enable"',
    `ssl.pemfile = "${makePemfile(folder)}"`,
    'ssl.openssl.ssl-conf-cmd = ( "MinProtocol" => "TLSv1.3" )',
  ];
}

/** A key for ECDSA and its certificate, in one file; gives its path. */
export function makePemfile(folder: string): string {
  const [key, certificate, pem] = ['tls.key', 'tls.crt', 'tls.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', certificate];
  execFileSync('openssl', [...request, ...files], { stdio: 'ignore' });
  for (const file of [key, certificate]) appendFileSync(pem, readFileSync(file));
  return pem;
}

async function openIdle(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await new Promise((resolve, reject) =>
    socket.once('error', reject).once('data', resolve).write('GET /612.html HTTP/1.1\r\nHost: x\r\n\r\n'),
  );
  return socket;
}
