import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, describe, it } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { startServer } from '../helpers/server.js';

// The `ws` package as client and as backend.

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers) await close();
});

async function connect(url: string, protocols: string[] = []): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), protocols);
  await once(socket, 'open');
  return socket;
}

async function receive(socket: WebSocket): Promise<Buffer> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return data;
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('WebSockets', () => {
  it('through mod_proxy: texts, large messages, pings, codes at the end', async () => {
    const backend = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'chat' });
    closers.push(() => backend.close());
    await once(backend, 'listening');
    backend.on('connection', (socket) =>
      socket.on('message', (data, isBinary) => {
        if (String(data) === 'end') socket.close(4001, 'as asked');
        else socket.send(data, { binary: isBinary });
      }),
    );
    const { port } = backend.address() as AddressInfo;
    const server = await startServer([
      'server.modules = ( "mod_proxy" )',
      `proxy.server = ( "/" => (( "host" => "127.0.0.1", "port" => ${port}, "keep-alive" => 4 )) )`,
      'proxy.header = ( "upgrade" => "enable" )',
    ]);
    closers.push(server.stop);
    const sockets = await Promise.all(Array.from({ length: 10 }, () => connect(server.url, ['chat'])));
    for (const socket of sockets) {
      assert.equal(socket.protocol, 'chat');
      socket.send('grüße');
      assert.equal(String(await receive(socket)), 'grüße');
    }
    const [socket] = sockets;
    const large = randomBytes(5_000_000);
    socket.send(large);
    assert.equal(digestOf(await receive(socket)), digestOf(large));
    socket.ping('are you there');
    assert.equal(String((await once(socket, 'pong'))[0]), 'are you there');
    socket.send('end');
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    assert.deepEqual([code, String(reason)], [4001, 'as asked']);
    for (const other of sockets.slice(1)) other.terminate();
  });

  for (const type of ['binary', 'text'] as const) {
    it(`through mod_wstunnel to a server that knows nothing of them, in ${type} frames`, async () => {
      const backend = createServer((socket) => {
        socket.on('error', () => {});
        socket.pipe(socket);
      });
      await once(backend.listen(0, '127.0.0.1'), 'listening');
      closers.push(() => backend.close());
      const { port } = backend.address() as AddressInfo;
      const server = await startServer([
        'server.modules = ( "mod_wstunnel" )',
        `wstunnel.server = ( "/" => (( "host" => "127.0.0.1", "port" => ${port} )) )`,
        `wstunnel.frame-type = "${type}"`,
        'wstunnel.origins = ( "http://example.org" )',
      ]);
      closers.push(server.stop);
      const options = { headers: { Origin: 'http://example.org' } };
      const socket = new WebSocket(server.url.replace('http', 'ws'), options);
      await once(socket, 'open');
      const sent = type === 'text' ? Buffer.from('x'.repeat(100_000)) : randomBytes(300_000);
      let came = Buffer.alloc(0);
      const whole = new Promise<void>((resolve) =>
        socket.on('message', (data: Buffer, isBinary) => {
          assert.equal(isBinary, type === 'binary');
          came = Buffer.concat([came, data]);
          if (came.length === sent.length) resolve();
        }),
      );
      socket.send(sent, { binary: type === 'binary' });
      await whole;
      assert.equal(digestOf(came), digestOf(sent));
      socket.close();
      await once(socket, 'close');
      const refused = new WebSocket(server.url.replace('http', 'ws'), {
        headers: { Origin: 'http://evil.example' },
      });
      const [, answer] = (await once(refused, 'unexpected-response')) as [unknown, { statusCode: number }];
      assert.equal(answer.statusCode, 403);
    });
  }
});
