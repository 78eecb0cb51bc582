import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DirectWriter, Written } from '../../src/connection/direct-write.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const pieceBytes = 65536;
const server = createServer();
after(() => server.close());

/** Both ends of a connection; nothing is read from the first one yet. */
async function pair(): Promise<[client: Socket, served: Socket]> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const accepted = once(server, 'connection');
  const client = connect(port, '127.0.0.1');
  client.pause();
  const [served] = (await accepted) as [Socket];
  return [client, served];
}

/** The writer gets a new buffer each time, and nobody else keeps it. */
function fill(served: Socket): number {
  const writer = new DirectWriter();
  let count = 0;
  for (;;) {
    count++;
    const written = writer.write(served, Buffer.allocUnsafeSlow(pieceBytes).fill(count % 251));
    assert.notEqual(written, Written.notYet);
    if (written === Written.waits) return count;
  }
}

test('bytes that wait for the kernel are not given up before it has them', async () => {
  const [client, served] = await pair();
  const pieces = fill(served);
  collectGarbage();
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const others = Array.from({ length: 64 }, () => Buffer.allocUnsafeSlow(pieceBytes).fill(255));
  served.end();
  const received: Buffer[] = [];
  client.on('data', (data) => received.push(data));
  client.resume();
  await once(client, 'end');
  const all = Buffer.concat(received);
  assert.equal(all.length, pieces * pieceBytes);
  for (let i = 0; i < pieces; i++) {
    const piece = all.subarray(i * pieceBytes, (i + 1) * pieceBytes);
    assert.ok(piece.equals(Buffer.alloc(pieceBytes, (i + 1) % 251)), `piece ${i + 1} of ${pieces}`);
  }
  assert.equal(others.length, 64);
  served.destroy();
});
