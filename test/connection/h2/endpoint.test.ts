import assert from 'node:assert/strict';
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

// What RFC 9113 and RFC 7541 demand of what this server sends, and of how it goes on.

const all = END_HEADERS | END_STREAM;
const allowedFlags: Readonly<Record<number, number>> = {
  [Type.DATA]: END_STREAM,
  [Type.HEADERS]: all,
  [Type.RST_STREAM]: 0,
  [Type.SETTINGS]: ACK,
  [Type.PING]: ACK,
  [Type.GOAWAY]: 0,
  [Type.WINDOW_UPDATE]: 0,
  [Type.CONTINUATION]: END_HEADERS,
};
const settingEnablePush = 2;
const settingInitialWindowSize = 4;
const settingMaxFrameSize = 5;

let server: TestServer;
before(async () => {
  const config = ['server.modules = ( "mod_cgi" )', 'cgi.assign = ( ".sh" => "/bin/sh" )'];
  server = await startServer(config, {
    'www/a.txt': 'alpha',
    'www/big.bin': { repeat: ['0123456789abcdef', 65536] },
    'www/echo.sh': "printf 'Content-Type: text/plain\\r\\n\\r\\n'\ncat",
    'www/env.sh': 'printf \'Content-Type: text/plain\\r\\n\\r\\n\'\nprintf "$HTTP_HOST $HTTP_X_A"',
    'www/fields.sh':
      "printf 'Connection: close\\r\\nKeep-Alive: timeout=5\\r\\nProxy-Connection: close\\r\\nTransfer-Encoding: chunked\\r\\nUpgrade: x\\r\\nX-Mixed: A\\r\\n'\nhead -c 40000 /dev/zero | tr '\\0' '|' | sed 's/^/X-Long: /'\nprintf '\\r\\n\\r\\n4\\r\\nbody\\r\\n0\\r\\n\\r\\n'",
  });
});
after(() => server.stop());

/** All windows as large as they may be. */
const openWindows = (): Buffer[] => [
  settings([settingInitialWindowSize, 0x7fffffff]),
  frame(Type.WINDOW_UPDATE, 0, 0, uint32(0x7fffffff - 65535)),
];

test('RFC 9113, 3.4 and 6.5: SETTINGS are the first frame, never ask for pushes, and each of the client is acknowledged', async () => {
  const client = await Http2Client.connectBare(server.port);
  client.send(preface, settings(), settings([99, 1]));
  const acknowledgements = () =>
    client.frames.filter(({ type, flags }) => type === Type.SETTINGS && flags === ACK);
  assert.ok(await client.until(() => acknowledgements().length === 2));
  const [{ type, flags, streamId, payload }] = client.frames;
  assert.deepEqual([type, flags, streamId, payload.length % 6], [Type.SETTINGS, 0, 0, 0]);
  for (let at = 0; at < payload.length; at += 6)
    if (payload.readUInt16BE(at) === settingEnablePush) assert.equal(payload.readUInt32BE(at + 2), 0);
  for (const { payload: nothing } of acknowledgements()) assert.equal(nothing.length, 0);
  client.close();
});

for (const frameSize of [16384, 20000]) {
  test(`RFC 9113, 4.1 and 4.2: frames of up to ${frameSize} bytes, with no flag or bit that has no meaning`, async () => {
    const own = frameSize === 16384 ? settings() : settings([settingMaxFrameSize, frameSize]);
    const client = await Http2Client.connect(server.port, true, own);
    client.send(...openWindows(), request(1, '/big.bin'), request(3, '/fields.sh'), request(5, '/none'));
    client.send(post(7, '/echo.sh'), frame(Type.DATA, END_STREAM, 7, 'text'));
    for (const streamId of [1, 3, 5, 7]) assert.ok((await client.whole(streamId)).ended);
    assert.equal(client.answer(1).body.length, 1048576);
    for (const { type, flags, streamId, payload } of client.frames) {
      assert.ok(payload.length <= frameSize, `a frame of ${payload.length} bytes`);
      assert.ok(streamId < 0x80000000, 'the reserved bit is not set');
      assert.ok(type in allowedFlags, `a frame of type ${type}`);
      assert.equal(flags & ~allowedFlags[type], 0, `type ${type} with flags ${flags}`);
    }
    client.close();
  });
}

test('RFC 9113, 4.3 and 6.10: a block in several frames has no other frame within', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(...openWindows(), request(1, '/big.bin'), request(3, '/fields.sh'), request(5, '/big.bin'));
  for (const streamId of [1, 3, 5]) await client.whole(streamId);
  const begins = client.frames.findIndex(
    ({ type, flags }) => type === Type.HEADERS && (flags & END_HEADERS) === 0,
  );
  assert.ok(begins >= 0);
  const rest = client.frames.slice(begins + 1);
  const ends = rest.findIndex(({ flags }) => (flags & END_HEADERS) !== 0);
  for (const { type, streamId } of rest.slice(0, ends + 1))
    assert.deepEqual([type, streamId], [Type.CONTINUATION, 3]);
  client.close();
});

test('RFC 9113, 8.2 and 8.3.2: names in lower case, one :status, first, and nothing about the connection', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(request(1, '/fields.sh'));
  const { fields } = await client.whole(1);
  const names = [...fields.keys()];
  assert.equal(names[0], ':status');
  assert.equal(fields.get(':status')?.length, 1);
  assert.deepEqual(
    names.filter((name) => name !== name.toLowerCase()),
    [],
  );
  assert.equal(fields.get('x-mixed')?.[0], 'A');
  for (const name of ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])
    assert.ok(!fields.has(name), name);
  client.close();
});

test('RFC 9113, 5.1: nothing is sent on a stream behind its end', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(request(1, '/a.txt'), request(3, '/none'), post(5, '/echo.sh'));
  client.send(frame(Type.DATA, END_STREAM, 5, Buffer.alloc(16000)));
  for (const streamId of [1, 3, 5]) await client.whole(streamId);
  client.send(frame(Type.WINDOW_UPDATE, 0, 1, uint32(1)), frame(Type.RST_STREAM, 0, 3, uint32(8)));
  assert.equal(await client.verdict(1), '200');
  for (const streamId of [1, 3, 5]) {
    const last = client.frames.findLast((got) => got.streamId === streamId)!;
    assert.equal(last.flags & END_STREAM, END_STREAM, `stream ${streamId}`);
  }
  client.close();
});

test('RFC 9113, 5.4.2, 6.4 and 7: RST_STREAM, whatever its code, ends a stream without an answer', async () => {
  const client = await Http2Client.connect(server.port, true, settings([settingInitialWindowSize, 10]));
  client.send(request(1, '/big.bin'));
  assert.ok(await client.until(() => client.answer(1).body.length === 10));
  client.send(frame(Type.RST_STREAM, 0, 1, uint32(0xfffffff0)), frame(Type.RST_STREAM, 0, 1, uint32(8)));
  client.send(frame(Type.WINDOW_UPDATE, 0, 1, uint32(1000)), request(3, '/none'));
  await client.whole(3);
  await sleep(50);
  assert.equal(client.answer(1).reset, null);
  assert.equal(client.answer(1).body.length, 10);
  assert.equal(client.goAway, null);
  client.close();
});

test('RFC 9113, 5.1 and 6.9: what comes for a stream that was reset counts for the connection, and for HPACK', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(post(1, '/echo.sh'), frame(Type.WINDOW_UPDATE, 0, 1, uint32(0)));
  assert.equal((await client.whole(1)).reset, 'PROTOCOL_ERROR');
  const opened = windowOfConnection(client);
  // a field that goes into the table, and one that is read from there on the next stream
  const indexed = Buffer.from([0x40, 3, ...Buffer.from('x-a'), 3, ...Buffer.from('new')]);
  for (let i = 0; i < 16; i++) client.send(frame(Type.DATA, 0, 1, Buffer.alloc(16384)));
  client.send(frame(Type.HEADERS, all, 1, indexed));
  const get = Buffer.concat([block(requestFields('/env.sh')), Buffer.from([0xbe])]);
  client.send(frame(Type.HEADERS, all, 3, get));
  assert.equal(String((await client.whole(3)).body), 'a new');
  assert.ok(windowOfConnection(client) - opened >= 8 * 16384, 'the window of the connection opens again');
  client.close();
});

/** Bytes by which the server has opened the connection's window. */
function windowOfConnection(client: Http2Client): number {
  return client.frames
    .filter(({ type, streamId }) => type === Type.WINDOW_UPDATE && streamId === 0)
    .reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0);
}

test('RFC 9113, 6.5.3: values hold in the order they come, the last of each', async () => {
  const windows = settings(
    [settingInitialWindowSize, 4],
    [settingInitialWindowSize, 0],
    [settingInitialWindowSize, 3],
  );
  const client = await Http2Client.connect(server.port, true, windows);
  client.send(request(1, '/a.txt'));
  assert.ok(await client.until(() => client.answer(1).body.length > 0));
  await sleep(50);
  assert.equal(String(client.answer(1).body), 'alp');
  client.close();
});

test('RFC 9113, 6.7: a PING comes back as it was, an answer to one does not', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(frame(Type.PING, ACK, 0, 'answered'), frame(Type.PING, 0xfe, 0, '\0\x01\xfe\xff....'));
  client.send(frame(Type.PING, 0, 0, 'the last'));
  const pings = () => client.frames.filter(({ type }) => type === Type.PING);
  assert.ok(await client.until(() => pings().length === 2));
  assert.deepEqual(
    pings().map(({ flags, payload }) => [flags, payload.toString('latin1')]),
    [
      [ACK, '\0\x01\xfe\xff....'],
      [ACK, 'the last'],
    ],
  );
  client.close();
});

test('RFC 9113, 6.8 and 7: after GOAWAY of a client its streams are served to their end, unless it names an error', async () => {
  const client = await Http2Client.connect(server.port);
  client.send(post(1, '/echo.sh'), frame(Type.GOAWAY, 0, 0, uint32(0, 0)));
  client.send(frame(Type.DATA, END_STREAM, 1, 'to the end'));
  assert.equal(String((await client.whole(1)).body), 'to the end');
  assert.ok(await client.until(() => client.closed));
  client.close();
  const failing = await Http2Client.connect(server.port);
  failing.send(post(1, '/echo.sh'), frame(Type.GOAWAY, 0, 0, uint32(0, 0xfffffff0)));
  assert.equal(await failing.verdict(1), 'connection PROTOCOL_ERROR');
  assert.ok(await failing.until(() => failing.closed));
});

test('RFC 9113, 6.8 and 8.7: GOAWAY names each stream that was served, and never a later one than before', async () => {
  const client = await Http2Client.connect(server.port, false);
  client.send(request(1, '/a.txt'), request(3, '/a.txt'), request(7, '/a.txt'));
  for (const streamId of [1, 3, 7]) await client.whole(streamId);
  client.send(frame(Type.PING, 0, 1, '12345678'));
  assert.ok(await client.until(() => client.goAway?.code === 'PROTOCOL_ERROR'));
  const named = client.goAways.map(({ lastStreamId }) => lastStreamId);
  assert.ok(named.every((streamId) => streamId >= 7));
  assert.deepEqual(
    named,
    named.toSorted((a, b) => b - a),
  );
  client.close();
});
