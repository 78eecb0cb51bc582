// Reloads servers under load, and shows what their clients notice of it.
//
//   npm run soak:reload -- [--reloads 200] [--server lighttpd-ts] [--calm 200] [--added-wait 50]
//
// --calm: seconds without reloads, as long as the time with them where nothing is said, since the longest wait of more
// requests is longer; --added-wait: milliseconds that a reload may add to the longest wait.
// Exit status: 0 if lighttpd-ts kept its promises, 1 if not.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { getPriority, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { accepts, freePort } from '../test/helpers/ports.js';
import {
  type Findings,
  keepAliveClient,
  longWaitMs,
  noFindings,
  oneShotClient,
  openedOverTls,
  Run,
  slowDownload,
  slowUpload,
  tunnelClient,
} from './soak/clients.js';
import { http2Client } from './soak/http2-client.js';
import { footprint, type SoakServer, type SoakSite, soakServers } from './soak/servers.js';
import { formatFigure, formatTable } from './table.js';
import { makePemfile } from './tls.js';

/** All programs, the clients' too, are slow at first. */
const warmUpMs = 2000;
const largeFileBytes = 30_000_000;

const { values } = parseArgs({
  options: {
    reloads: { type: 'string', default: '200' },
    server: { type: 'string', default: '' },
    calm: { type: 'string', default: '' },
    'added-wait': { type: 'string', default: '50' },
  },
});
const reloads = Number(values.reloads);
const calmSeconds = Number(values.calm || reloads);
const addedWaitMaxMs = Number(values['added-wait']);

interface Result {
  readonly name: string;
  readonly calm: Findings;
  readonly busy: Findings;
  /** The busy time over TLS. An answer of the old configuration may still come there, on a connection that closes. */
  readonly tls: Findings;
  readonly before: ReturnType<typeof footprint>;
  readonly after: ReturnType<typeof footprint>;
  readonly reloadMs: number;
}

const results: Result[] = [];
for (const server of soakServers)
  if (server.isInstalled && (server.name === values.server || values.server === ''))
    results.push(await soak(server));
console.log(formatTable(['', ...results.map(({ name }) => name)], rows(results)));
for (const { name, busy, tls } of results)
  for (const text of [...busy.problems, ...tls.problems]) console.log(`${name}: ${text}`);
process.exit(results.every(keepsPromises) ? 0 : 1);

async function soak(server: SoakServer): Promise<Result> {
  const usualPriority = getPriority();
  const backend = await startBackend();
  const tunnelPort = (backend.address() as { port: number }).port;
  const site = layOut({ port: await freePort(), tlsPort: await freePort(), tunnelPort });
  server.configure(site, 1);
  const [program, ...args] = server.command(site);
  // lighttpd signals its whole process group, which must not be ours
  const child = spawn(program, args, { stdio: 'inherit', detached: true });
  try {
    await accepts(site.port, '127.0.0.1', () => child.exitCode !== null);
    await sleep(500);
    goFirst();
    return await load(server, site, child);
  } finally {
    setPriority(usualPriority);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    backend.closeAllConnections();
    backend.close();
    rmSync(site.folder, { recursive: true, force: true });
  }
}

/** Clients would be on other machines: they must not wait for a processor that the server uses. Only root may. */
function goFirst(): void {
  try {
    setPriority(-10);
  } catch {
    console.error('not root: what clients wait for a processor counts as their wait for the server');
  }
}

/** Clients run all the time; first nothing happens to the server, then it is reloaded over and over. */
async function load(server: SoakServer, site: LaidOut, child: ChildProcess): Promise<Result> {
  const run = new Run(site.port);
  const tlsRun = new Run(site.tlsPort);
  const clients = [
    ...Array.from({ length: 4 }, () => oneShotClient(run)),
    ...Array.from({ length: 4 }, () => keepAliveClient(run, 0)),
    ...Array.from({ length: 16 }, () => keepAliveClient(run, 20)),
    ...(server.speaksHttp2 ? [http2Client(run, 0), http2Client(run, 20), http2Client(run, 200)] : []),
    ...Array.from({ length: 2 }, () => oneShotClient(tlsRun, 20, openedOverTls)),
    ...Array.from({ length: 4 }, () => keepAliveClient(tlsRun, 20, openedOverTls)),
    slowDownload(run, largeFileBytes, site.digest),
    slowUpload(run, server.uploadPath),
    tunnelClient(run),
  ];
  await sleep(warmUpMs);
  run.findings = noFindings();
  await sleep(calmSeconds * 1000);
  const calm = { ...run.findings };
  const before = footprint(child.pid ?? 0);
  // the clients stood still meanwhile: what they waited for then is nobody's wait
  await sleep(500);
  run.findings = noFindings();
  tlsRun.findings = noFindings();
  let reloadMs = 0;
  for (let generation = 2; generation < reloads + 2; generation++) {
    server.configure(site, generation);
    const startedAt = performance.now();
    await server.reload(site);
    reloadMs += performance.now() - startedAt;
    if (server.promises) run.generation = generation;
    await sleep(server.promises ? 50 : 400);
  }
  run.isOver = true;
  tlsRun.isOver = true;
  await Promise.all(clients);
  await sleep(1000);
  const after = footprint(child.pid ?? 0);
  return {
    name: server.name,
    calm,
    busy: run.findings,
    tls: tlsRun.findings,
    before,
    after,
    reloadMs: reloadMs / reloads,
  };
}

interface LaidOut extends SoakSite {
  readonly digest: string;
}

function layOut(ports: Pick<SoakSite, 'port' | 'tlsPort' | 'tunnelPort'>): LaidOut {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  mkdirSync(join(folder, 'www', 'cgi'), { recursive: true });
  writeFileSync(join(folder, 'www', 'small.txt'), 'soak\n'.repeat(100));
  const large = randomBytes(largeFileBytes);
  writeFileSync(join(folder, 'www', 'large.bin'), large);
  const script = join(folder, 'www', 'cgi', 'checksum');
  writeFileSync(
    script,
    '#!/bin/sh\nsum=$(sha256sum)\nprintf "Content-Type: text/plain\\r\\n\\r\\n%s\\n" "$sum"\n',
  );
  chmodSync(script, 0o755);
  const digest = createHash('sha256').update(large).digest('hex');
  return { ...ports, folder, pemfile: makePemfile(folder), digest };
}

/** Echoes upgraded connections, and answers uploads with their checksum. */
function startBackend(): Promise<Server> {
  const backend = createServer((request, response) => {
    const hash = createHash('sha256');
    request.on('data', (chunk) => hash.update(chunk));
    request.on('end', () => response.end(hash.digest('hex')));
  });
  backend.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  return new Promise((resolve) => backend.listen(0, '127.0.0.1', () => resolve(backend)));
}

function rows(all: readonly Result[]): string[][] {
  const row = (name: string, figure: (result: Result) => string | number): string[] => [
    name,
    ...all.map((result) => String(figure(result))),
  ];
  return [
    row('reloads', () => reloads),
    row('milliseconds each until the verdict', (r) => r.reloadMs.toFixed(0)),
    row('requests', ({ busy }) => busy.requests),
    row('failed new connections', ({ busy }) => busy.failedConnections),
    row('lost requests on reused connections', ({ busy }) => busy.lostRequests),
    row('connections closed by the server', ({ busy }) => busy.closes),
    row('stale answers after reload returned', ({ busy, name }) =>
      name === 'lighttpd-ts' ? busy.staleAnswers : '-',
    ),
    row('over TLS: requests', ({ tls }) => tls.requests),
    row('over TLS: failed new connections', ({ tls }) => tls.failedConnections),
    row('over TLS: lost requests on reused connections', ({ tls }) => tls.lostRequests),
    row('longest wait without reloads, ms', ({ calm }) => calm.longestWaitMs.toFixed(1)),
    row('longest wait with reloads, ms', ({ busy }) => busy.longestWaitMs.toFixed(1)),
    row(`waits above ${longWaitMs} ms in 100,000 without reloads`, ({ calm }) => longWaitsInAll(calm)),
    row(`waits above ${longWaitMs} ms in 100,000 with reloads`, ({ busy }) => longWaitsInAll(busy)),
    row('downloads and uploads', ({ busy }) => busy.transfers),
    row('of them not identical', ({ busy }) => busy.badTransfers),
    row('broken tunnels', ({ busy, calm }) => busy.brokenTunnels + calm.brokenTunnels),
    row('processes before, after', (r) => `${r.before.processes}, ${r.after.processes}`),
    row('resident MB before, after', (r) => `${r.before.megabytes}, ${r.after.megabytes}`),
    row('open files before, after', (r) => `${r.before.files}, ${r.after.files}`),
  ];
}

function longWaitsInAll({ longWaits, requests }: Findings): string {
  return formatFigure((longWaits / requests) * 100_000);
}

function keepsPromises({ name, calm, busy, tls }: Result): boolean {
  if (name !== 'lighttpd-ts') return true;
  const { failedConnections, lostRequests, staleAnswers, badTransfers, brokenTunnels } = busy;
  const addedWaitMs = busy.longestWaitMs - calm.longestWaitMs;
  const brokenOverTls = tls.failedConnections + tls.lostRequests;
  const broken =
    failedConnections + lostRequests + staleAnswers + badTransfers + brokenTunnels + brokenOverTls;
  return broken === 0 && addedWaitMs <= addedWaitMaxMs;
}
