import assert from 'node:assert/strict';
import { createConnection, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, type TestServer } from '../helpers/server.js';

const config = [
  'mimetype.assign = ( ".html" => "text/html" )',
  'server.max-keep-alive-requests = 100',
  'server.max-keep-alive-idle = 2',
  'server.max-read-idle = 2',
  'server.max-write-idle = 3',
  '$HTTP["url"] =^ "/slow/" { connection.kbytes-per-second = 64 }',
];
const big = 4 * 1024 * 1024;
const files = {
  'www/index.html': 'hello',
  'www/a.html': 'A',
  'www/big.bin': { repeat: ['0123456789abcdef', big / 16] as [string, number] },
  'www/slow/file.bin': { repeat: ['x', 200_000] as [string, number] },
};
let server: TestServer;
before(async () => {
  server = await startServer(config, files);
});
after(() => server.stop());

const get = (path: string, extra = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${extra}\r\n`;

/** Everything that comes back until the server closes, or for `forMs`. */
async function collect(act: (socket: Socket) => void | Promise<void>, forMs = 20_000): Promise<Buffer> {
  const socket = createConnection({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => socket.once('end', resolve).once('error', () => resolve()));
  await act(socket);
  await Promise.race([ended, sleep(forMs)]);
  socket.destroy();
  return Buffer.concat(chunks);
}

test('a hundred pipelined requests are answered in order', async () => {
  const requests = Array.from({ length: 99 }, (_, i) => get(i % 2 === 0 ? '/a.html' : '/index.html')).join(
    '',
  );
  const { responses } = await server.send(requests + get('/missing', 'Connection: close\r\n'), {
    wanted: 100,
  });
  assert.equal(responses.length, 100);
  for (const [i, response] of responses.entries()) {
    assert.ok('status' in response);
    if (i === 99) assert.equal(response.status, 404);
    else assert.equal(response.body?.toString(), i % 2 === 0 ? 'A' : 'hello');
  }
});

test('a head may come in any two pieces', async () => {
  const request = get('/a.html', 'X-Long: some more text\r\nConnection: close\r\n');
  for (let cut = 1; cut < request.length; cut++) {
    const { responses } = await server.send([request.slice(0, cut), { wait: 2 }, request.slice(cut)], {
      expectClose: true,
    });
    const [first] = responses;
    assert.ok(first && 'status' in first && first.status === 200, `cut at ${cut}`);
  }
});

test('a large file arrives whole, also for a client that reads slowly', async () => {
  const received = await collect(async (socket) => {
    socket.write(get('/big.bin', 'Connection: close\r\n'));
    for (let i = 0; i < 10; i++) {
      socket.pause();
      await sleep(20);
      socket.resume();
      await sleep(5);
    }
  });
  const head = received.indexOf('\r\n\r\n') + 4;
  assert.equal(received.length - head, big);
  assert.equal(received.subarray(-16).toString(), '0123456789abcdef');
});

test('a client that closes its side after the request still gets the answer', async () => {
  const received = await collect((socket) => {
    socket.end(get('/big.bin'));
  });
  assert.equal(received.length - received.indexOf('\r\n\r\n') - 4, big);
});

test('requests pipelined without reading the answers do not fill memory', async () => {
  const { rss } = await memory();
  const socket = createConnection({ port: server.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.pause();
  for (let i = 0; i < 90; i++) socket.write(get('/big.bin'));
  await sleep(500);
  const grown = (await memory()).rss - rss;
  socket.destroy();
  assert.ok(grown < 40 * 1024 * 1024, `grew by ${grown} bytes`);
});

async function memory(): Promise<{ rss: number }> {
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return { rss: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024 };
}

test('the connection ends after so many requests as are allowed, and one', async () => {
  const { responses, closed } = await server.send(get('/a.html').repeat(102), {
    wanted: 101,
    expectClose: true,
  });
  assert.equal(responses.length, 101);
  assert.equal(closed, true);
});

test('an idle connection is closed in time', async () => {
  const started = Date.now();
  await collect((socket) => {
    socket.write(get('/a.html'));
  });
  const seconds = (Date.now() - started) / 1000;
  assert.ok(seconds > 1.5 && seconds < 6, `${seconds} s`);
});

test('a head that never ends is given up without an answer', async () => {
  const received = await collect((socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
  });
  assert.equal(received.length, 0);
});

test('a client that stops reading is given up', async () => {
  const socket = createConnection({ port: server.port, host: '127.0.0.1' });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.write(get('/big.bin').repeat(20));
  socket.pause();
  await sleep(6000);
  socket.resume();
  await closed;
  assert.ok(socket.bytesRead < big * 20, 'not everything was sent');
});

test('a traffic limit slows a body down, and all of it comes', async () => {
  const started = Date.now();
  const received = await collect((socket) => {
    socket.write(get('/slow/file.bin', 'Connection: close\r\n'));
  });
  const seconds = (Date.now() - started) / 1000;
  assert.equal(received.length - received.indexOf('\r\n\r\n') - 4, 200_000);
  assert.ok(seconds > 1.5, `${seconds} s for 200 kB at 64 kB a second`);
});

test('what is no HTTP is refused at its first byte', async () => {
  const { responses, closed } = await server.send('\x16\x03\x01\x02\x00', { expectClose: true });
  const [first] = responses;
  assert.ok(first && 'status' in first && first.status === 400);
  assert.equal(closed, true);
});
