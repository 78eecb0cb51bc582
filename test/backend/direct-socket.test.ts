import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type ListenOptions, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DirectSocket } from '../../src/backend/direct-socket.js';
import { nodeHandles } from '../../src/base/node-handles.js';

assert.ok(nodeHandles !== null, 'this Node shows its handles');

/** Notes what the owner of a socket hears. */
class Listener {
  readonly heard: string[] = [];
  readonly buffer = Buffer.alloc(1024);
  readonly socket = new DirectSocket(nodeHandles!, this, this.buffer);
  private wake: () => void = () => {};

  connected = () => this.hear('connected');
  read = (length: number) => this.hear(this.buffer.toString('latin1', 0, length));
  ended = () => this.hear('ended');
  failed = (error: Error) => this.hear(error.message);

  async hears(text: string): Promise<void> {
    while (!this.heard.includes(text))
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
  }

  private hear(text: string): void {
    this.heard.push(text);
    this.wake();
  }
}

async function listen(where: ListenOptions, serve: (client: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, serve).listen(where);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

const greet = (client: Socket) => client.on('data', (data) => client.end(`got ${data}`));

for (const host of ['127.0.0.1', '::1'])
  test(`over TCP to ${host}: connect, write, read, the other side's end`, async () => {
    const { server, port } = await listen({ host, port: 0 }, greet);
    const listener = new Listener();
    listener.socket.connectToHost(host, port);
    assert.equal(listener.socket.writable, false);
    await listener.hears('connected');
    assert.equal(listener.socket.write(Buffer.from('hello')), true);
    await listener.hears('ended');
    assert.deepEqual(listener.heard, ['connected', 'got hello', 'ended']);
    assert.deepEqual([listener.socket.readableEnded, listener.socket.writable], [true, true]);
    listener.socket.destroy();
    server.close();
  });

test('over a socket file; whoever ends may still read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'direct-'));
  const path = join(folder, 'socket');
  const { server } = await listen({ path }, (client) => client.resume().on('end', () => client.end('bye')));
  const listener = new Listener();
  listener.socket.connectToPath(path);
  await listener.hears('connected');
  listener.socket.end();
  assert.equal(listener.socket.writable, false);
  await listener.hears('ended');
  assert.deepEqual(listener.heard, ['connected', 'bye', 'ended']);
  listener.socket.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

test('what cannot be connected to is an error in the words of net, after the call', async () => {
  const { server, port } = await listen({ host: '127.0.0.1', port: 0 }, greet);
  server.close();
  const refused = new Listener();
  refused.socket.connectToHost('127.0.0.1', port);
  assert.deepEqual(refused.heard, []);
  await refused.hears(`connect ECONNREFUSED 127.0.0.1:${port}`);
  const missing = new Listener();
  missing.socket.connectToPath('/nowhere/socket');
  await missing.hears('connect ENOENT /nowhere/socket');
});

test('one that is given up while it connects says nothing', async () => {
  const { server, port } = await listen({ host: '127.0.0.1', port: 0 }, greet);
  const listener = new Listener();
  listener.socket.connectToHost('127.0.0.1', port);
  listener.socket.destroy();
  await sleep(50);
  assert.deepEqual(listener.heard, []);
  server.close();
});

/** A connection whose other side reads nothing by itself. */
async function connectToSlowReader() {
  let accept: (client: Socket) => void = () => {};
  const accepted = new Promise<Socket>((resolve) => {
    accept = resolve;
  });
  const { server, port } = await listen({ host: '127.0.0.1', port: 0 }, (client) => accept(client.pause()));
  const listener = new Listener();
  listener.socket.connectToHost('127.0.0.1', port);
  await listener.hears('connected');
  return { server, listener, client: await accepted };
}

test('a slow reader gets every byte, and the writer waits for it', async () => {
  const { server, listener, client } = await connectToSlowReader();
  const { socket } = listener;
  const sent = createHash('sha256');
  const write = (): boolean => {
    const piece = randomBytes(262_144);
    sent.update(piece);
    return socket.write(piece);
  };
  while (write());
  const drained = socket.drained();
  assert.equal(await Promise.race([drained.then(() => 'drained'), sleep(50, 'waits')]), 'waits');
  const received = createHash('sha256');
  client.on('data', (chunk) => received.update(chunk)).resume();
  await drained;
  write();
  socket.end();
  await once(client, 'end');
  assert.equal(received.digest('hex'), sent.digest('hex'));
  socket.destroy();
  server.close();
});

test('a connection that is reset is an error; whoever waits to write goes on', async () => {
  const { server, listener, client } = await connectToSlowReader();
  while (listener.socket.write(Buffer.alloc(262_144)));
  const drained = listener.socket.drained();
  client.resetAndDestroy();
  await drained;
  assert.match(listener.heard.join(), /^connected,(read|write) (ECONNRESET|EPIPE)$/);
  server.close();
});
