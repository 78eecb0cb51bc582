import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openDescriptors, processTree, residentMib } from '../helpers/processes.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

/** `FAULTS=100000` takes some ten minutes. */
const requestCount = Number(process.env['FAULTS'] ?? 4000);
const atOnce = 50;
const growthMibMax = 40;

const answer =
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Long: abcdefgh\r\nContent-Length: 10\r\n\r\n0123456789';
const headLength = answer.indexOf('0123456789');

/** What a backend does for a path. */
const faults: Readonly<Record<string, (socket: Socket, argument: number) => unknown>> = {
  ok: (socket) => socket.end(answer),
  cut: (socket, bytes) => socket.end(answer.slice(0, bytes)),
  reset: (socket, bytes) => socket.write(answer.slice(0, bytes), () => socket.resetAndDestroy()),
  garbage: (socket, seed) => socket.end(Buffer.alloc(3000, seed)),
  silent: () => {},
  endless: (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(200_000)}`),
  trickle: async (socket) => {
    for (const character of answer) {
      if (socket.destroyed) return;
      socket.write(character);
      await wait(1);
    }
    socket.end();
  },
};

interface Outcome {
  /** 0 where the connection was cut before an answer. */
  readonly status: number;
  readonly isWhole: boolean;
}

const agent = new Agent({ keepAlive: false });

function get(server: TestServer, path: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const asked = request({ port: server.port, host: '127.0.0.1', path, agent }, (response) => {
      response.resume();
      const end = () => resolve({ status: response.statusCode ?? 0, isWhole: response.complete });
      response.on('end', end);
      response.on('error', end);
      response.on('aborted', end);
    });
    asked.on('error', () => resolve({ status: 0, isWhole: false }));
    asked.end();
  });
}

describe('backends that fail', () => {
  let server: TestServer;
  const backend = createServer({ allowHalfOpen: false }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      const [, name, argument] = /^\w+ \/(\w+)\/(\d+)/.exec(bytes.toString('latin1')) ?? [];
      faults[name]?.(socket, Number(argument));
    });
  });
  before(async () => {
    await once(backend.listen(0, '127.0.0.1'), 'listening');
    const { port } = backend.address() as AddressInfo;
    server = await startServer([
      'server.modules = ( "mod_proxy" )',
      'server.errorlog = "@ROOT@/error.log"',
      'server.max-worker = 1',
      'server.max-fds = 4096',
      'server.upload-dirs = ( "@ROOT@" )',
      '$HTTP["url"] =^ "/stream" { server.stream-request-body = 2 }',
      `proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => ${port}, "read-timeout" => 2, "keep-alive" => 8 )) )`,
    ]);
  });
  after(async () => {
    await server.stop();
    backend.close();
  });

  it('at every byte of the head, and of the body: an error, or an answer that is seen to be cut', async () => {
    for (const kind of ['cut', 'reset'])
      for (let bytes = 0; bytes <= answer.length; bytes++) {
        const { status, isWhole } = await get(server, `/${kind}/${bytes}`);
        const what = `${kind} after ${bytes} bytes: ${status}, ${isWhole ? 'whole' : 'cut'}`;
        if (bytes < headLength) assert.ok(status >= 500 && isWhole, what);
        else if (bytes === answer.length) assert.ok(status === 200 || kind === 'reset', what);
        else assert.ok(!isWhole || status >= 500, what);
      }
  });

  it('with garbage, without a word, without an end, or byte by byte', async () => {
    for (const seed of [0, 10, 13, 58, 65, 255]) {
      const { status } = await get(server, `/garbage/${seed}`);
      assert.ok(status >= 500, `${seed}: ${status}`);
    }
    assert.equal((await get(server, '/silent/0')).status, 504);
    assert.equal((await get(server, '/endless/0')).status, 502);
    assert.equal((await get(server, '/trickle/0')).status, 200);
  });

  it(`leave nothing behind after ${requestCount} requests and 100 uploads that were broken off`, {
    timeout: 1_800_000,
  }, async () => {
    const paths = [
      '/ok/0',
      '/cut/5',
      '/cut/60',
      '/cut/85',
      '/reset/0',
      '/reset/70',
      '/garbage/65',
      '/garbage/0',
    ];
    const run = async (count: number): Promise<void> => {
      let left = count;
      const work = async (): Promise<void> => {
        while (left-- > 0) {
          const path = paths[left % paths.length];
          const { status } = await get(server, path);
          if (path === '/ok/0') assert.equal(status, 200);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    };
    // until the heap has the size that it needs
    await run(Math.min(6000, requestCount));
    await abortUploads(server.port, 100);
    const ids = processTree(server.pid);
    await until(() => openDescriptors(ids) < 80, 10_000);
    const [memory, descriptors] = [residentMib(ids), openDescriptors(ids)];
    await run(requestCount);
    await abortUploads(server.port, 100);
    await until(() => openDescriptors(ids) <= descriptors + 8, 10_000);
    assert.deepEqual(processTree(server.pid), ids, 'no process has ended or come');
    assert.ok(
      openDescriptors(ids) <= descriptors + 8,
      `${openDescriptors(ids)} descriptors, ${descriptors} before`,
    );
    const growth = residentMib(ids) - memory;
    assert.ok(growth < growthMibMax, `${growth.toFixed(0)} MiB more`);
    assert.equal((await get(server, '/ok/0')).status, 200);
  });
});

/** Starts uploads, half of them streamed on, and breaks all of them off half-way. */
async function abortUploads(port: number, count: number): Promise<void> {
  const sockets = Array.from({ length: count }, (_, number) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    const path = number % 2 === 0 ? '/silent/0' : '/stream/silent/0';
    socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(200_000)}`);
    return socket;
  });
  await wait(300);
  for (const socket of sockets) socket.resetAndDestroy();
}
