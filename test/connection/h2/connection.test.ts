import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ACK,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  Http2Client,
  post,
  preface,
  request,
  requestFields,
  settings,
  Type,
  uint32,
} from '../../helpers/http2-client.js';
import { startServer, type TestServer } from '../../helpers/server.js';
import { until } from '../../helpers/until.js';

const config = [
  'server.modules = ( "mod_cgi", "mod_auth", "mod_authn_file" )',
  'cgi.assign = ( ".sh" => "/bin/sh" )',
  'mimetype.assign = ( ".txt" => "text/plain" )',
  'server.max-keep-alive-idle = 2',
  'server.max-read-idle = 3',
  'server.max-request-size = 2048',
  'server.feature-flags = ( "server.h2c" => "enable", "request.trailer-whitelist" => "x-sum" )',
  'auth.backend = "plain"',
  'auth.backend.plain.userfile = "@ROOT@/users"',
  'auth.require = ( "/secret" => ( "method" => "basic", "realm" => "r", "require" => "valid-user" ) )',
  '$HTTP["url"] =^ "/slow/" { connection.kbytes-per-second = 64 }',
  '$HTTP["url"] =^ "/stream/" { server.stream-request-body = 2 }',
];
const big = 1024 * 1024;
const echo = "printf 'Content-Type: text/plain\\r\\n\\r\\n'\ncat";
const files = {
  users: 'u:p\n',
  'www/a.txt': 'alpha',
  'www/b.css': 'x{}',
  'www/big.bin': { repeat: ['0123456789abcdef', big / 16] as [string, number] },
  'www/slow/file.bin': { repeat: ['x', 160_000] as [string, number] },
  'www/echo.sh': echo,
  'www/stream/echo.sh': echo,
  'www/large-field.sh':
    "printf 'Content-Type: text/plain\\r\\nX-Long: '\nhead -c 40000 /dev/zero | tr '\\0' '|'\nprintf '\\r\\n\\r\\nbody'",
  'www/slow.sh': "sleep 0.5\nprintf 'Content-Type: text/plain\\r\\n\\r\\nslow'",
  'www/wait.sh':
    "while [ ! -e go ]; do sleep 0.05; done\nprintf 'Content-Type: text/plain\\r\\n\\r\\nwaited'",
  'www/hang.sh': 'echo $$ > hang.pid\nexec sleep 60',
  'www/env.sh':
    'printf \'Content-Type: text/plain\\r\\n\\r\\n\'\nprintf "$SERVER_PROTOCOL $HTTP_X_SUM $HTTP_COOKIE $CONTENT_LENGTH"',
};
let server: TestServer;
before(async () => {
  server = await startServer(config, files);
});
after(() => server.stop());

/** One request by Node's own client. */
async function ask(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const [got] = (await once(stream, 'response')) as [Record<string, unknown>];
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return { headers: got, body: Buffer.concat(chunks) };
}

test('a hundred streams in parallel are all answered, files and programs', async () => {
  const session = connect(server.url);
  const paths = ['/a.txt', '/big.bin', '/slow.sh', '/missing'];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => ask(session, { ':path': paths[i % 4] })),
  );
  for (const [i, { headers, body }] of answers.entries()) {
    assert.equal(headers[':status'], i % 4 === 3 ? 404 : 200);
    assert.equal(body.length, [5, big, 4, body.length][i % 4]);
  }
  session.close();
});

test('the same fields as on HTTP/1.1, but for those of the connection', async () => {
  const session = connect(server.url);
  const asked: Record<string, string>[] = [
    {},
    { range: 'bytes=1-2' },
    { range: 'bytes=0-1,3-4' },
    { range: 'bytes=9-' },
    { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    { 'if-none-match': '"x"' },
  ];
  for (const path of ['/a.txt', '/missing', '/', '/env.sh']) {
    for (const fields of asked) {
      for (const method of ['GET', 'HEAD']) {
        const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
        const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n`;
        const { responses } = await server.send(`${head}${lines.join('')}\r\n`);
        const plain = responses[0];
        assert.ok('status' in plain);
        const { headers } = await ask(session, { ':path': path, ':method': method, ...fields });
        const expected = new Map(Object.entries(plain.headers));
        for (const name of ['connection', 'transfer-encoding', 'date']) expected.delete(name);
        const { ':status': status, date, ...rest } = headers;
        const what = `${method} ${path} ${JSON.stringify(fields)}`;
        assert.equal(status, plain.status, what);
        assert.ok(date);
        assert.deepEqual(Object.fromEntries(Object.entries(rest)), Object.fromEntries(expected), what);
      }
    }
  }
  session.close();
});

test('a large body comes back as it was, by a program', async () => {
  const session = connect(server.url);
  const body = Buffer.alloc(big, 'some text that comes back ');
  for (const path of ['/echo.sh', '/stream/echo.sh']) {
    // (a program that reads while the client sends must know how much will come)
    const fields = { ':path': path, ':method': 'POST', 'content-length': String(big) };
    const { headers, body: echoed } = await ask(session, fields, body);
    assert.equal(headers[':status'], 200);
    assert.ok(echoed.equals(body));
  }
  session.close();
});

test('a body that comes with its request has a length, where bodies are streamed too', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(post(1, '/stream/echo.sh'), frame(Type.DATA, END_STREAM, 1, 'all of it'));
  const { fields, body } = await client.whole(1);
  assert.deepEqual([fields.get(':status'), String(body)], [['200'], 'all of it']);
  client.send(post(3, '/stream/echo.sh'));
  assert.deepEqual((await client.whole(3)).fields.get(':status'), ['411']);
  client.close();
});

test('a body larger than server.max-request-size is refused with 413', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(post(1, '/echo.sh', [['content-length', String(4 * big)]]));
  assert.equal((await client.whole(1)).fields.get(':status')?.at(-1), '413');
  client.send(post(3, '/echo.sh'));
  const piece = frame(Type.DATA, 0, 3, Buffer.alloc(16384));
  // as much as the windows let through, and more once they open
  const answer = client.answer(3);
  for (let sent = 0; sent < 4 * big && !answer.ended; sent += 8 * 16384) {
    client.send(...Array.from({ length: 8 }, () => piece));
    await client.until(() => answer.ended, 20);
  }
  assert.equal((await client.whole(3)).fields.get(':status')?.at(-1), '413');
  client.close();
});

test('100-continue is sent where a client waits for it', async () => {
  const client = await Http2Client.connect(server.port);
  const { fields, interims } = client.answer(1);
  client.send(post(1, '/echo.sh', [['expect', '100-continue']]));
  assert.ok(await client.until(() => interims[0]?.get(':status')?.[0] === '100'));
  client.send(frame(Type.DATA, END_STREAM, 1, 'body'));
  const answer = await client.whole(1);
  assert.equal(fields.get(':status')?.at(-1), '200');
  assert.equal(String(answer.body), 'body');
  client.close();
});

test('trailers and several cookie fields reach the program', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(
    post(1, '/env.sh', [
      ['cookie', 'a=1'],
      ['cookie', 'b=2'],
      ['trailer', 'x-sum'],
    ]),
    frame(Type.DATA, 0, 1, 'xyz'),
    frame(Type.HEADERS, END_HEADERS | END_STREAM, 1, block([['x-sum', 'seven']])),
  );
  assert.equal(String((await client.whole(1)).body), 'HTTP/2.0 seven a=1; b=2 3');
  client.close();
});

test('an answer waits for the windows of stream and connection', async () => {
  const client = await Http2Client.connect(server.port, true, settings([4, 2]));
  client.send(request(1, '/a.txt'));
  const answer = client.answer(1);
  assert.ok(await client.until(() => answer.body.length === 2));
  await sleep(50);
  assert.equal(answer.body.length, 2);
  client.send(frame(Type.WINDOW_UPDATE, 0, 1, uint32(1)));
  assert.ok(await client.until(() => answer.body.length === 3));
  // a smaller window than is used up already makes it negative
  client.send(settings([4, 0]), frame(Type.WINDOW_UPDATE, 0, 1, uint32(1)));
  await sleep(50);
  assert.equal(answer.body.length, 3);
  client.send(settings([4, 100]));
  await client.whole(1);
  assert.equal(String(answer.body), 'alpha');
  client.send(request(3, '/big.bin'), settings([4, 0x7fffffff]));
  const large = client.answer(3);
  assert.ok(await client.until(() => large.body.length === 65535 - 5));
  client.send(frame(Type.WINDOW_UPDATE, 0, 0, uint32(0x10000000)));
  assert.equal((await client.whole(3)).body.length, big);
  client.close();
});

test('a stream whose reader is slow leaves the others alone', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(frame(Type.WINDOW_UPDATE, 0, 0, uint32(0x10000000)), request(1, '/big.bin'));
  await client.until(() => client.answer(1).body.length === 65535);
  client.send(request(3, '/a.txt'));
  assert.equal(String((await client.whole(3)).body), 'alpha');
  assert.equal(client.answer(1).ended, false);
  client.close();
});

test('a client may tell of each frame, twice, that it has taken it', async () => {
  const client = await Http2Client.connect(server.port);
  const more = [1, 3].map((id) => ({ id, seen: 0 }));
  for (const one of more) {
    client.send(request(one.id, '/big.bin'));
    const answer = client.answer(one.id);
    while (!answer.ended && !client.closed) {
      await client.until(() => answer.body.length > one.seen || answer.ended);
      const count = answer.body.length - one.seen;
      one.seen += count;
      // piece by piece, as small as answers may come
      for (let left = count; left > 0; left -= 4096) {
        const update = uint32(Math.min(left, 4096));
        client.send(frame(Type.WINDOW_UPDATE, 0, 0, update), frame(Type.WINDOW_UPDATE, 0, one.id, update));
      }
    }
    assert.equal(answer.body.length, big);
  }
  assert.equal(client.goAway, null);
  client.close();
});

test('what is said on a connection that is blocked goes to nobody else', async () => {
  const wide = [settings([4, 0x7fffffff]), frame(Type.WINDOW_UPDATE, 0, 0, uint32(0x7fff0000))] as const;
  const blocked = await Http2Client.connect(server.port, true, wide[0]);
  blocked.send(wide[1]);
  await blocked.until(() => blocked.frames.length > 2);
  blocked.socket.pause();
  const ids = Array.from({ length: 8 }, (_, i) => 2 * i + 1);
  blocked.send(...ids.map((id) => request(id, '/big.bin')));
  await sleep(200);
  const other = await Http2Client.connect(server.port);
  for (let i = 0; i < 20; i++) {
    blocked.send(frame(Type.PING, 0, 0, '12345678'), request(2 * i + 101, '/a.txt'));
    await sleep(5);
    other.send(request(2 * i + 1, '/a.txt'));
    assert.equal(String((await other.whole(2 * i + 1)).body), 'alpha');
  }
  const isOwn = ({ type, streamId }: { type: number; streamId: number }) =>
    type === Type.SETTINGS || type === Type.WINDOW_UPDATE || (type < 2 && streamId < 40);
  assert.deepEqual(
    other.frames.filter((one) => !isOwn(one)),
    [],
  );
  blocked.socket.resume();
  for (const id of ids) assert.equal((await blocked.whole(id)).body.length, big);
  for (const client of [blocked, other]) client.close();
});

test('the most urgent answer comes first, incremental ones side by side', async () => {
  const client = await Http2Client.connect(server.port, true, settings([4, 0]));
  const wide = frame(Type.WINDOW_UPDATE, 0, 0, uint32(0x10000000));
  client.send(
    wide,
    request(1, '/big.bin', [['priority', 'u=5']]),
    request(3, '/big.bin', [['priority', 'u=4, i']]),
    request(5, '/big.bin', [['priority', 'u=1']]),
    request(7, '/big.bin', [['priority', 'u=4, i']]),
    request(9, '/big.bin'),
    frame(16, 0, 0, Buffer.concat([uint32(9), Buffer.from('u=0')])),
  );
  await client.until(() => client.answer(9).fields.has(':status'));
  client.send(settings([4, 0x7fffffff]));
  for (const id of [1, 3, 5, 7, 9]) assert.equal((await client.whole(id)).body.length, big);
  const order = client.frames.filter(({ type }) => type === Type.DATA).map(({ streamId }) => streamId);
  const last = (id: number) => order.lastIndexOf(id);
  assert.ok(last(9) < order.indexOf(5));
  assert.ok(last(5) < Math.min(order.indexOf(3), order.indexOf(7)));
  assert.ok(order.indexOf(7) < last(3) && order.indexOf(3) < last(7));
  assert.ok(Math.max(last(3), last(7)) < order.indexOf(1));
  client.send(request(11, '/b.css'));
  assert.equal((await client.whole(11)).fields.get('priority')?.at(-1), 'u=2');
  client.close();
});

test('a traffic limit of the connection holds', async () => {
  const session = connect(server.url);
  const startedAt = performance.now();
  const { body } = await ask(session, { ':path': '/slow/file.bin' });
  assert.equal(body.length, 160_000);
  assert.ok(performance.now() - startedAt > 1000);
  session.close();
});

test('a request that the client resets is given up, and the connection goes on', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(request(1, '/hang.sh'));
  const pid = `${server.root}/www/hang.pid`;
  assert.ok(await until(() => existsSync(pid) && readFileSync(pid, 'latin1').endsWith('\n')));
  client.send(frame(Type.RST_STREAM, 0, 1, uint32(8)), request(3, '/a.txt'));
  assert.equal(String((await client.whole(3)).body), 'alpha');
  assert.ok(await until(() => !existsSync(`/proc/${readFileSync(pid, 'latin1').trim()}`)));
  client.close();
});

test('an answer before the end of the request asks the client to stop, without an error', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(post(1, '/a.txt'), frame(Type.DATA, 0, 1, 'more to come'));
  assert.ok(await client.until(() => client.answer(1).reset !== null));
  assert.equal(client.answer(1).reset, 'NO_ERROR');
  assert.equal(client.answer(1).ended, true);
  client.send(frame(Type.DATA, END_STREAM, 1, 'on its way'), request(3, '/a.txt'));
  assert.equal(String((await client.whole(3)).body), 'alpha');
  client.close();
});

test('streams beyond the limit are refused once the client knows it, and wait before', async () => {
  const hasty = await Http2Client.connect(server.port, false);
  const ids = Array.from({ length: 30 }, (_, i) => 2 * i + 1);
  hasty.send(...ids.map((id) => request(id, '/slow.sh')));
  for (const id of ids) assert.equal(String((await hasty.whole(id, 20_000)).body), 'slow', `stream ${id}`);
  hasty.close();
  const client = await Http2Client.connect(server.port);
  await client.until(() => client.frames.some(({ type, flags }) => type === Type.SETTINGS && flags === ACK));
  await sleep(50);
  client.send(...ids.slice(0, 10).map((id) => request(id, '/slow.sh')));
  const answers = await Promise.all(ids.slice(0, 10).map((id) => client.whole(id)));
  assert.equal(answers.filter(({ reset }) => reset === 'REFUSED_STREAM').length, 2);
  assert.equal(answers.filter(({ ended }) => ended).length, 8);
  client.close();
});

test('an idle connection is told that it ends, and so is one whose body does not come', async () => {
  const idle = await Http2Client.connect(server.port);
  const stuck = await Http2Client.connect(server.port);
  stuck.send(post(1, '/echo.sh'));
  assert.ok(await idle.until(() => idle.closed, 10_000));
  assert.equal(idle.goAway?.code, 'NO_ERROR');
  assert.ok(await stuck.until(() => stuck.closed, 10_000));
});

test('wrong credentials end the connection', async () => {
  const client = await Http2Client.connect(server.port);
  const wrong = `Basic ${Buffer.from('u:wrong').toString('base64')}`;
  client.send(request(1, '/secret', [['authorization', wrong]]));
  assert.equal((await client.whole(1)).fields.get(':status')?.at(-1), '401');
  assert.ok(await client.until(() => client.closed));
  assert.equal(client.goAway?.code, 'NO_ERROR');
});

test('a client that wants no table is told that there is none, once', async () => {
  const client = await Http2Client.connect(server.port, true, settings([1, 0]));
  client.send(request(1, '/a.txt'), request(3, '/a.txt'));
  assert.equal(String((await client.whole(1)).body), 'alpha');
  assert.equal(String((await client.whole(3)).body), 'alpha');
  const heads = client.frames.filter(({ type }) => type === Type.HEADERS);
  assert.equal(heads[0].payload[0], 0x20);
  assert.notEqual(heads[1].payload[0], 0x20);
  client.close();
});

test('fields larger than a frame go on in CONTINUATION', async () => {
  const client = await Http2Client.connect(server.port, true, settings([1, 0]));
  client.send(request(1, '/large-field.sh'));
  const { fields, body } = await client.whole(1);
  // (what Huffman code makes longer goes as it is)
  assert.equal(fields.get('x-long')?.[0], '|'.repeat(40_000));
  assert.equal(String(body), 'body');
  const sizes = client.frames
    .filter(({ type, streamId }) => streamId === 1 && type !== Type.DATA)
    .map(({ type, payload }) => [type, payload.length]);
  assert.deepEqual(sizes.slice(0, 2), [
    [Type.HEADERS, 16384],
    [Type.CONTINUATION, 16384],
  ]);
  assert.equal(sizes[2][0], Type.CONTINUATION);
  client.close();
});

/** Asks to go on in HTTP/2, and gives what comes back as text. */
async function upgrade(port: number, fields: string, frames: Buffer[]): Promise<string> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  socket.write(`GET /a.txt HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
  await until(() => text.includes('\r\n\r\n'));
  socket.write(Buffer.concat(frames));
  await sleep(150);
  socket.destroy();
  return text;
}

test('Upgrade: h2c goes on in HTTP/2, with the answer on stream 1', async () => {
  const fields =
    'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
  const text = await upgrade(server.port, fields, [preface, settings(), request(3, '/b.css')]);
  assert.match(text, /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n/);
  assert.match(text, /\0\0\x05\0\x01\0\0\0\x01alpha[\s\S]*\0\0\x03\0\x01\0\0\0\x03x\{\}/);
  const wrong = fields.replace('AAMAAABkAAQAAP__', 'AAM!');
  assert.match(await upgrade(server.port, wrong, []), /\0\0\x08\x07\0\0\0\0\0\0\0\0\x01\0\0\0\x01$/);
});

test('without server.h2proto nothing of it is spoken', async () => {
  const plain = await startServer(
    ['server.feature-flags = ( "server.h2proto" => "disable", "server.h2c" => "enable" )'],
    { 'www/a.txt': 'alpha' },
  );
  const client = await Http2Client.connect(plain.port);
  assert.ok(await client.until(() => client.closed));
  assert.equal(client.frames.filter(({ type }) => type === Type.SETTINGS).length, 0);
  const { responses } = await plain.send(
    'GET /a.txt HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAM\r\n\r\n',
  );
  assert.ok('status' in responses[0]);
  assert.equal(responses[0].status, 200);
  await plain.stop();
});

for (const signal of ['SIGINT', 'SIGUSR1'] as const) {
  test(`${signal}: requests under way, and those on their way, are answered before the connection ends`, async () => {
    const own = await startServer(config, files);
    const client = await Http2Client.connect(own.port);
    client.send(request(1, '/a.txt'), request(3, '/wait.sh'));
    await client.whole(1);
    process.kill(own.pid, signal);
    assert.ok(await client.until(() => client.goAway !== null));
    assert.deepEqual(client.goAways[0], { code: 'NO_ERROR', lastStreamId: 0x7fffffff });
    client.send(request(5, '/a.txt'));
    assert.equal(String((await client.whole(5)).body), 'alpha');
    const ping = client.frames.find(({ type, flags }) => type === Type.PING && flags === 0);
    client.send(frame(Type.PING, ACK, 0, ping?.payload ?? ''));
    assert.ok(await client.until(() => client.goAway?.lastStreamId === 5));
    client.send(frame(Type.HEADERS, END_HEADERS | END_STREAM, 7, block(requestFields('/a.txt'))));
    writeFileSync(join(own.root, 'www/go'), '');
    assert.equal(String((await client.whole(3)).body), 'waited');
    assert.ok(await client.until(() => client.closed));
    assert.equal(client.answer(7).fields.size, 0, 'no request is taken behind the last one that was named');
    await own.stop();
  });
}

test('a connection that changes to HTTP/2 in a worker that gives way is told at once that it ends', async () => {
  const own = await startServer(config, files);
  const [witness, late] = await Promise.all([
    Http2Client.connect(own.port),
    Http2Client.connectBare(own.port),
  ]);
  const change = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n';
  let text = '';
  late.socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  late.socket.write(
    `GET /wait.sh HTTP/1.1\r\nHost: a\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: a\r\n${change}\r\n`,
  );
  witness.send(request(1, '/a.txt'));
  await witness.whole(1);
  process.kill(own.pid, 'SIGUSR1');
  assert.ok(await witness.until(() => witness.goAway !== null), 'the worker gives way');
  writeFileSync(join(own.root, 'www/go'), '');
  assert.ok(await until(() => text.includes('\0\0\x08\x07\0\0\0\0\0\x7f\xff\xff\xff')), text);
  assert.match(text, /waited/);
  witness.close();
  late.close();
  await own.stop();
});
