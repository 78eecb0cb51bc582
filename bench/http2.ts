import { type ClientHttp2Session, connect } from 'node:http2';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryOfConnection, memoryTitle } from './connection-memory.js';
import { type RunningServer, runLoad, startPinned } from './pinned.js';
import type { ServerKind } from './servers.js';
import { formatFigure, formatTable, median, medianShare } from './table.js';
import { tlsConfig } from './tls.js';

const connections = 16;
const path = '/612.html';

interface Http2Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

const nodeServer = fileURLToPath(new URL('./node-http2.js', import.meta.url));

function node(pem: string | null): ServerKind {
  return {
    name: 'node:http2',
    isInstalled: () => true,
    prepare: (_, site, port) => [
      process.execPath,
      nodeServer,
      String(port),
      join(site, path),
      ...(pem === null ? [] : [pem]),
    ],
  };
}

/** 612 bytes over HTTP/2, in the clear and over TLS, with many streams a connection and with one: h2load. */
export async function compareHttp2(
  kinds: readonly ServerKind[],
  folder: string,
  site: string,
  options: Http2Options,
): Promise<string> {
  const lighttpds = kinds.filter(({ name }) => name.startsWith('lighttpd'));
  const rows: string[][] = [];
  const memory: string[][] = [];
  let names: string[] = [];
  for (const scheme of ['http', 'https']) {
    const extra = scheme === 'https' ? tlsConfig(folder) : [];
    const servers: RunningServer[] = [];
    try {
      for (const kind of lighttpds) servers.push(await startPinned(kind, folder, site, extra));
      servers.push(
        await startPinned(node(scheme === 'https' ? join(folder, 'tls.pem') : null), folder, site),
      );
      names = servers.map(({ name }) => name);
      // before the load: its garbage would hide what connections cost
      if (scheme === 'http')
        for (const server of servers)
          memory.push(await memoryOfConnection(server, () => openIdle(server.port)));
      for (const streams of [32, 1]) rows.push(await compare(servers, scheme, streams, options));
    } finally {
      for (const server of servers) await server.stop();
    }
  }
  const header = ['Requests a second, HTTP/2', ...names, ...names.slice(1).map((name) => `to ${name}`)];
  return `${formatTable(header, rows)}\n\n${formatTable([memoryTitle('HTTP/2'), ''], memory)}`;
}

async function compare(
  servers: readonly RunningServer[],
  scheme: string,
  streams: number,
  { rounds, seconds, onProgress }: Http2Options,
): Promise<string[]> {
  const name = `${scheme === 'https' ? 'TLS' : 'in the clear'}, ${streams} ${streams === 1 ? 'stream' : 'streams'}`;
  const all = servers.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, server] of servers.entries()) {
      onProgress(`round ${round + 1} of ${rounds}: HTTP/2 ${name}, ${server.name}`);
      all[i]?.push(await h2load(`${scheme}://127.0.0.1:${server.port}${path}`, streams, seconds));
    }
  }
  const [first = [], ...others] = all;
  return [
    name,
    ...all.map((figures) => formatFigure(median(figures))),
    ...others.map((other) => medianShare(first, other).toFixed(2)),
  ];
}

async function h2load(url: string, streams: number, seconds: number): Promise<number> {
  const options = ['-c', String(connections), '-m', String(streams), '-D', String(seconds), url];
  const output = await runLoad('h2load', options);
  const rate = /finished in [^,]+, ([\d.]+) req\/s/.exec(output)?.[1];
  const failed = /, (\d+) failed, (\d+) errored/.exec(output);
  if (rate === undefined || failed === null || Number(failed[1]) + Number(failed[2]) > 0)
    throw new Error(`h2load of ${url}:\n${output}`);
  return Number(rate);
}

async function openIdle(port: number): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':path': path });
  stream.resume();
  await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
  return session;
}
