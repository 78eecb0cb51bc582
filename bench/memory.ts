import { createConnection, type Socket } from 'node:net';
import { type RunningServer, total } from './pinned.js';
import { streamedFile } from './site.js';
import { formatMegabytes, formatTable } from './table.js';

const idleConnections = 10_000;
const slowClients = 50;
/** A slow client takes this much, then rests. */
const sipBytes = 64 * 1024;
const restMs = 20;
const streamSeconds = 8;
const settleMs = 1500;

/** Resident memory in bytes, of all processes of the server where nothing else is said. */
export interface MemoryUse {
  readonly name: string;
  readonly idle: number;
  readonly idleOfLargest: number;
  readonly withIdleConnections: number;
  readonly withIdleConnectionsOfLargest: number;
  /** The highest value seen. */
  readonly whileStreaming: number;
}

export async function measureMemory(server: RunningServer): Promise<MemoryUse> {
  await rest(settleMs);
  const idle = server.residentBytes();
  const whileStreaming = await streamToSlowClients(server);
  await rest(settleMs);
  const withIdleConnections = await holdIdleConnections(server);
  return {
    name: server.name,
    idle: total(idle),
    idleOfLargest: Math.max(...idle),
    withIdleConnections: total(withIdleConnections),
    withIdleConnectionsOfLargest: Math.max(...withIdleConnections),
    whileStreaming,
  };
}

/** Each connection has had one answer, and is kept alive. */
async function holdIdleConnections(server: RunningServer): Promise<readonly number[]> {
  const sockets: Socket[] = [];
  try {
    while (sockets.length < idleConnections) {
      const batch = Array.from({ length: 100 }, () => openIdle(server.port));
      sockets.push(...(await Promise.all(batch)));
    }
    await rest(settleMs);
    const open = sockets.filter((socket) => socket.readyState === 'open').length;
    if (open < idleConnections)
      throw new Error(`${server.name} closed ${idleConnections - open} idle connections`);
    return server.residentBytes();
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function openIdle(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.write('GET /612.html HTTP/1.1\r\nHost: bench\r\n\r\n');
    });
    socket.once('data', () => resolve(socket));
    socket.once('error', reject);
  });
}

async function streamToSlowClients(server: RunningServer): Promise<number> {
  const sockets = Array.from({ length: slowClients }, () => openSlow(server.port));
  let highest = 0;
  for (let waited = 0; waited < streamSeconds * 1000; waited += 200) {
    await rest(200);
    highest = Math.max(highest, total(server.residentBytes()));
  }
  const starved = sockets.filter((socket) => socket.bytesRead < sipBytes).length;
  for (const socket of sockets) socket.destroy();
  if (starved > 0)
    throw new Error(`${server.name} left ${starved} of ${slowClients} slow clients without data`);
  return highest;
}

function openSlow(port: number): Socket {
  const socket = createConnection(port, '127.0.0.1');
  socket.write(`GET ${streamedFile.path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
  let sip = 0;
  socket.on('data', (bytes) => {
    sip += bytes.length;
    if (sip < sipBytes) return;
    sip = 0;
    socket.pause();
    setTimeout(() => socket.resume(), restMs).unref();
  });
  socket.on('error', () => socket.destroy());
  return socket;
}

export function describeMemory(uses: readonly MemoryUse[]): string {
  const row = (title: string, of: (use: MemoryUse) => number) => [
    title,
    ...uses.map((use) => formatMegabytes(of(use))),
  ];
  return formatTable(
    ['Resident memory, all processes', ...uses.map(({ name }) => name)],
    [
      row('idle', (use) => use.idle),
      row('idle, the largest process', (use) => use.idleOfLargest),
      row(`${idleConnections.toLocaleString('en-US')} idle connections`, (use) => use.withIdleConnections),
      row('the same, the largest process', (use) => use.withIdleConnectionsOfLargest),
      row(`streaming 1 GiB to ${slowClients} slow clients`, (use) => use.whileStreaming),
    ],
  );
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
