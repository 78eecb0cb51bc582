import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import {
  block,
  END_HEADERS,
  END_STREAM,
  type Fields,
  frame,
  Http2Client,
  request,
  Type,
} from '../../helpers/http2-client.js';
import { startServer, type TestServer } from '../../helpers/server.js';
import { until } from '../../helpers/until.js';

// WebSockets over HTTP/2 (RFC 8441): CONNECT with :protocol becomes the GET with Upgrade that backends know.

let backend: Server;
let server: TestServer;
const asked: string[] = [];
before(async () => {
  backend = createServer((_, response) => response.end('no tunnel'));
  backend.on('upgrade', ({ method, url, headers }, socket) => {
    asked.push(
      `${method} ${url} ${headers.upgrade} ${headers['sec-websocket-version']} ${headers['x-more']}`,
    );
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const head = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n`;
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head}Sec-WebSocket-Protocol: chat\r\n\r\nwelcome `);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', () => resolve()));
  const { port } = backend.address() as AddressInfo;
  server = await startServer(
    [
      'server.modules = ( "mod_proxy" )',
      `$HTTP["url"] =^ "/ws" { proxy.server = ( "" => ( ( "host" => "127.0.0.1", "port" => ${port} ) ) )`,
      '  proxy.header = ( "upgrade" => "enable" ) }',
      `$HTTP["url"] =^ "/plain" { proxy.server = ( "" => ( ( "host" => "127.0.0.1", "port" => ${port} ) ) ) }`,
    ],
    { 'www/a.txt': 'alpha' },
  );
});
after(async () => {
  await server.stop();
  backend.closeAllConnections();
  backend.close();
});

function connectFields(path: string, protocol = 'websocket', more: Fields = []): Fields {
  return [
    [':method', 'CONNECT'],
    [':protocol', protocol],
    [':scheme', 'http'],
    [':authority', 'a'],
    [':path', path],
    ['sec-websocket-version', '13'],
    ...more,
  ];
}

const ask = (streamId: number, fields: Fields): Buffer =>
  frame(Type.HEADERS, END_HEADERS, streamId, block(fields));

test('the server says that it knows the protocol', async () => {
  const client = await Http2Client.connect(server.port);
  await client.until(() => client.frames.length > 0);
  assert.ok(client.frames[0]?.payload.includes(Buffer.from([0, 8, 0, 0, 0, 1])));
  client.close();
});

test('bytes go to and fro on a stream, beside other requests, until the client ends it', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(ask(1, connectFields('/ws?x=1', 'websocket', [['x-more', 'yes']])));
  const { fields } = client.answer(1);
  const text = (): string => String(client.answer(1).body);
  assert.ok(await client.until(() => text() === 'welcome '));
  assert.equal(fields.get(':status')?.[0], '200');
  assert.equal(fields.get('sec-websocket-protocol')?.[0], 'chat');
  for (const name of ['upgrade', 'connection', 'sec-websocket-accept', 'transfer-encoding', 'content-length'])
    assert.equal(fields.has(name), false, name);
  assert.equal(asked.at(-1), 'GET /ws?x=1 websocket 13 yes');
  for (let i = 0; i < 50; i++) {
    const before = text().length;
    client.send(frame(Type.DATA, 0, 1, `message ${i} `), request(2 * i + 3, '/a.txt'));
    assert.ok(await client.until(() => text().endsWith(`message ${i} `) && text().length > before));
    assert.equal(String((await client.whole(2 * i + 3)).body), 'alpha');
  }
  client.send(frame(Type.DATA, END_STREAM, 1, 'bye'));
  assert.ok((await client.whole(1)).ended);
  assert.match(text(), /bye$/);
  client.close();
});

test('bytes that come with the request are not lost', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(ask(1, connectFields('/ws')), frame(Type.DATA, 0, 1, 'early'));
  assert.ok(await client.until(() => String(client.answer(1).body) === 'welcome early'));
  client.close();
});

test('what makes no tunnel of the request is answered with 405, or with its own error', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(
    ask(1, connectFields('/plain')),
    ask(3, connectFields('/a.txt')),
    ask(5, connectFields('/missing')),
  );
  assert.equal((await client.whole(1)).fields.get(':status')?.[0], '405');
  assert.equal((await client.whole(3)).fields.get(':status')?.[0], '405');
  assert.equal((await client.whole(5)).fields.get(':status')?.[0], '404');
  // one that ends at once is no tunnel, either, however often it comes
  const ended = (id: number) =>
    frame(Type.HEADERS, END_HEADERS | END_STREAM, id, block(connectFields('/a.txt')));
  client.send(ended(11), ended(13), ended(15));
  for (const id of [11, 13, 15]) assert.equal((await client.whole(id)).fields.get(':status')?.[0], '405');
  client.send(ask(17, connectFields('/ws', 'something')), request(19, '/a.txt'));
  assert.equal((await client.whole(17)).fields.get(':status')?.[0], '405');
  assert.equal(String((await client.whole(19)).body), 'alpha');
  client.close();
});

test('a tunnel that the client resets is closed towards the backend', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(ask(1, connectFields('/ws')));
  await client.until(() => client.answer(1).body.length > 0);
  const count = (): Promise<number> =>
    new Promise((resolve) => backend.getConnections((_, connections) => resolve(connections)));
  const open = await count();
  client.send(frame(Type.RST_STREAM, 0, 1, Buffer.from([0, 0, 0, 8])));
  assert.ok(await until(async () => (await count()) < open));
  client.close();
});
