import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ACK,
  block,
  END_HEADERS,
  END_STREAM,
  type Fields,
  frame,
  Http2Client,
  PADDED,
  PRIORITY,
  post,
  preface,
  request,
  requestFields,
  settings,
  Type,
  uint32,
} from '../../helpers/http2-client.js';
import { startServer, type TestServer } from '../../helpers/server.js';

// What RFC 9113 says must be an error, of which kind, and what must not.

let server: TestServer;
before(async () => {
  const config = [
    'server.modules = ( "mod_cgi" )',
    'cgi.assign = ( ".sh" => "/bin/sh" )',
    '$HTTP["url"] == "/late.sh" { server.stream-request-body = 2 }',
  ];
  server = await startServer(config, {
    'www/a.txt': 'alpha',
    'www/b.sh': "printf 'Content-Type: text/plain\\r\\n\\r\\n'\ncat",
    'www/late.sh': "sleep 5; printf 'Content-Type: text/plain\\r\\n\\r\\n'",
  });
});
after(() => server.stop());

const get = block(requestFields('/a.txt'));
const all = END_HEADERS | END_STREAM;
const continued = (streamId: number, flags: number, payload: Buffer | string = '') =>
  frame(Type.CONTINUATION, flags, streamId, payload);

type Case = [section: string, what: string, verdict: string, frames: Buffer[], streamId?: number];

const connectionCases: Case[] = [
  [
    '4.2',
    'a frame larger than SETTINGS_MAX_FRAME_SIZE',
    'connection FRAME_SIZE_ERROR',
    [frame(Type.DATA, 0, 1, Buffer.alloc(16385))],
  ],
  [
    '4.2',
    'a frame of that size is fine',
    '200',
    [post(1, '/b.sh'), frame(Type.DATA, END_STREAM, 1, Buffer.alloc(16384))],
  ],
  [
    '4.2',
    'a block in a frame that is too large',
    'connection FRAME_SIZE_ERROR',
    [frame(Type.HEADERS, all, 1, Buffer.alloc(16385))],
  ],
  [
    '4.2',
    'the rest of a block in a frame that is too large',
    'connection FRAME_SIZE_ERROR',
    [frame(Type.HEADERS, END_STREAM, 1, get), continued(1, END_HEADERS, Buffer.alloc(16385))],
  ],
  [
    '4.2',
    'SETTINGS that are too large',
    'connection FRAME_SIZE_ERROR',
    [frame(Type.SETTINGS, 0, 0, Buffer.alloc(16386))],
  ],
  ['4.1', 'a frame of an unknown type is ignored', '200', [frame(99, 255, 1, 'what'), request(1, '/a.txt')]],
  ['4.1', 'unknown flags are ignored', '200', [frame(Type.HEADERS, all | 0x50, 1, get)]],
  [
    '4.1',
    'the reserved bit of a stream number is ignored',
    '200',
    [frame(Type.HEADERS, all, 0x80000001, get)],
  ],
  [
    '4.3',
    'a block that cannot be decoded',
    'connection COMPRESSION_ERROR',
    [frame(Type.HEADERS, all, 1, Buffer.from([0xbf]))],
  ],
  [
    '4.3',
    'a block cut off within a field',
    'connection COMPRESSION_ERROR',
    [frame(Type.HEADERS, all, 1, Buffer.from([0x40, 5, 97]))],
  ],
  [
    '4.3',
    'trailers that cannot be decoded',
    'connection COMPRESSION_ERROR',
    [post(1, '/b.sh'), frame(Type.HEADERS, all, 1, Buffer.from([0xbf]))],
  ],
  ['5.1', 'DATA on an idle stream', 'connection PROTOCOL_ERROR', [frame(Type.DATA, 0, 1, 'x')]],
  [
    '5.1',
    'RST_STREAM on an idle stream',
    'connection PROTOCOL_ERROR',
    [frame(Type.RST_STREAM, 0, 1, uint32(8))],
  ],
  [
    '5.1',
    'WINDOW_UPDATE on an idle stream',
    'connection PROTOCOL_ERROR',
    [frame(Type.WINDOW_UPDATE, 0, 1, uint32(1))],
  ],
  [
    '5.1',
    'PRIORITY on an idle stream is fine',
    '200',
    [frame(Type.PRIORITY, 0, 3, Buffer.from([0, 0, 0, 0, 1])), request(1, '/a.txt')],
  ],
  [
    '5.1',
    'DATA on a stream that the client has ended',
    'stream STREAM_CLOSED',
    [post(1, '/b.sh'), frame(Type.DATA, END_STREAM, 1, 'x'), frame(Type.DATA, 0, 1, 'y')],
  ],
  [
    '5.1',
    'HEADERS on a stream that the client has ended',
    'stream STREAM_CLOSED',
    [post(1, '/b.sh'), frame(Type.DATA, END_STREAM, 1, 'x'), frame(Type.HEADERS, all, 1, get)],
  ],
  [
    '5.1',
    'HEADERS on a stream that both have ended',
    'connection STREAM_CLOSED',
    [request(1, '/a.txt'), frame(Type.HEADERS, all, 1, get)],
  ],
  [
    '5.1',
    'WINDOW_UPDATE on a stream that has ended is fine',
    '200',
    [request(1, '/a.txt'), frame(Type.WINDOW_UPDATE, 0, 1, uint32(1))],
  ],
  [
    '5.1',
    'RST_STREAM on a stream that has ended is fine',
    '200',
    [request(1, '/a.txt'), frame(Type.RST_STREAM, 0, 1, uint32(8))],
  ],
  [
    '5.1',
    'WINDOW_UPDATE on a stream that the client has ended is fine',
    '200',
    [post(1, '/b.sh'), frame(Type.DATA, END_STREAM, 1, 'x'), frame(Type.WINDOW_UPDATE, 0, 1, uint32(1))],
  ],
  ['5.1', 'DATA on a stream of the server', 'connection PROTOCOL_ERROR', [frame(Type.DATA, 0, 2, 'x')]],
  ['5.1.1', 'a stream number that is even', 'connection PROTOCOL_ERROR', [frame(Type.HEADERS, all, 2, get)]],
  [
    '5.1.1',
    'a stream number that is less than the last',
    'connection PROTOCOL_ERROR',
    [request(5, '/a.txt'), request(3, '/a.txt')],
  ],
  ['5.1.1', 'stream numbers may be left out', '200', [request(7, '/a.txt')], 7],
  ['5.5', 'unknown settings are ignored', '200', [settings([99, 1]), request(1, '/a.txt')]],
  ['6.1', 'DATA for no stream', 'connection PROTOCOL_ERROR', [frame(Type.DATA, 0, 0, 'x')]],
  [
    '6.1',
    'DATA with more padding than content',
    'connection PROTOCOL_ERROR',
    [post(1, '/b.sh'), frame(Type.DATA, PADDED, 1, Buffer.from([4, 1, 2, 3]))],
  ],
  [
    '6.1',
    'padded DATA',
    '200',
    [post(1, '/b.sh'), frame(Type.DATA, PADDED | END_STREAM, 1, Buffer.from([2, 65, 0, 0]))],
  ],
  [
    '6.1',
    'padded DATA without a length',
    'connection FRAME_SIZE_ERROR',
    [post(1, '/b.sh'), frame(Type.DATA, PADDED, 1)],
  ],
  ['6.2', 'HEADERS for no stream', 'connection PROTOCOL_ERROR', [frame(Type.HEADERS, all, 0, get)]],
  [
    '6.2',
    'HEADERS with more padding than content',
    'connection PROTOCOL_ERROR',
    [frame(Type.HEADERS, all | PADDED, 1, Buffer.concat([Buffer.from([200]), get]))],
  ],
  [
    '6.2',
    'padded HEADERS with a priority',
    '200',
    [
      frame(
        Type.HEADERS,
        all | PADDED | PRIORITY,
        1,
        Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 15]), get, Buffer.alloc(3)]),
      ),
    ],
  ],
  [
    '6.2',
    'HEADERS too short for its priority',
    'connection PROTOCOL_ERROR',
    [frame(Type.HEADERS, all | PRIORITY, 1, Buffer.from([0, 0]))],
  ],
  [
    '6.2',
    'another frame within a block',
    'connection PROTOCOL_ERROR',
    [frame(Type.HEADERS, END_STREAM, 1, get), frame(Type.PING, 0, 0, '12345678')],
  ],
  [
    '6.2',
    'a frame of an unknown type within a block',
    'connection PROTOCOL_ERROR',
    [frame(Type.HEADERS, END_STREAM, 1, get), frame(99, 0, 1)],
  ],
  [
    '6.2',
    'CONTINUATION of another stream',
    'connection PROTOCOL_ERROR',
    [frame(Type.HEADERS, END_STREAM, 1, get), continued(3, END_HEADERS)],
  ],
  [
    '6.2',
    'PRIORITY within a block',
    'connection PROTOCOL_ERROR',
    [frame(Type.HEADERS, END_STREAM, 1, get), frame(Type.PRIORITY, 0, 1, Buffer.alloc(5))],
  ],
  [
    '6.3',
    'PRIORITY for no stream',
    'connection PROTOCOL_ERROR',
    [frame(Type.PRIORITY, 0, 0, Buffer.alloc(5))],
  ],
  [
    '6.3',
    'PRIORITY of the wrong size',
    'stream FRAME_SIZE_ERROR',
    [frame(Type.PRIORITY, 0, 1, Buffer.alloc(4))],
  ],
  ['6.4', 'RST_STREAM for no stream', 'connection PROTOCOL_ERROR', [frame(Type.RST_STREAM, 0, 0, uint32(8))]],
  [
    '6.4',
    'RST_STREAM of the wrong size',
    'connection FRAME_SIZE_ERROR',
    [request(1, '/a.txt'), frame(Type.RST_STREAM, 0, 1, Buffer.alloc(3))],
  ],
  [
    '6.5',
    'SETTINGS with ACK and content',
    'connection FRAME_SIZE_ERROR',
    [frame(Type.SETTINGS, ACK, 0, Buffer.alloc(6))],
  ],
  ['6.5', 'SETTINGS for a stream', 'connection PROTOCOL_ERROR', [frame(Type.SETTINGS, 0, 1)]],
  ['6.5', 'SETTINGS cut off', 'connection FRAME_SIZE_ERROR', [frame(Type.SETTINGS, 0, 0, Buffer.alloc(5))]],
  ['6.5.2', 'SETTINGS_ENABLE_PUSH of 2', 'connection PROTOCOL_ERROR', [settings([2, 2])]],
  [
    '6.5.2',
    'SETTINGS_INITIAL_WINDOW_SIZE beyond 2^31-1',
    'connection FLOW_CONTROL_ERROR',
    [settings([4, 0x80000000])],
  ],
  ['6.5.2', 'SETTINGS_MAX_FRAME_SIZE below 2^14', 'connection PROTOCOL_ERROR', [settings([5, 16383])]],
  ['6.5.2', 'SETTINGS_MAX_FRAME_SIZE beyond 2^24-1', 'connection PROTOCOL_ERROR', [settings([5, 16777216])]],
  [
    '6.5.3',
    'an acknowledgement too many',
    'connection PROTOCOL_ERROR',
    [frame(Type.SETTINGS, ACK, 0), frame(Type.SETTINGS, ACK, 0)],
  ],
  [
    '6.6',
    'PUSH_PROMISE from a client',
    'connection PROTOCOL_ERROR',
    [post(1, '/b.sh'), frame(Type.PUSH_PROMISE, END_HEADERS, 1, Buffer.concat([uint32(2), get]))],
  ],
  ['6.7', 'PING for a stream', 'connection PROTOCOL_ERROR', [frame(Type.PING, 0, 1, '12345678')]],
  ['6.7', 'PING of the wrong size', 'connection FRAME_SIZE_ERROR', [frame(Type.PING, 0, 0, '1234567')]],
  [
    '6.7',
    'an answer to no PING is ignored',
    '200',
    [frame(Type.PING, ACK, 0, '12345678'), request(1, '/a.txt')],
  ],
  ['6.8', 'GOAWAY for a stream', 'connection PROTOCOL_ERROR', [frame(Type.GOAWAY, 0, 1, uint32(0, 0))]],
  ['6.8', 'GOAWAY too short', 'connection FRAME_SIZE_ERROR', [frame(Type.GOAWAY, 0, 0, uint32(0))]],
  [
    '6.9',
    'WINDOW_UPDATE of 0 on a stream',
    'stream PROTOCOL_ERROR',
    [post(1, '/b.sh'), frame(Type.WINDOW_UPDATE, 0, 1, uint32(0))],
  ],
  [
    '6.9',
    'WINDOW_UPDATE of 0 on the connection',
    'connection PROTOCOL_ERROR',
    [frame(Type.WINDOW_UPDATE, 0, 0, uint32(0))],
  ],
  [
    '6.9',
    'WINDOW_UPDATE of the wrong size',
    'connection FRAME_SIZE_ERROR',
    [frame(Type.WINDOW_UPDATE, 0, 0, Buffer.alloc(3))],
  ],
  [
    '6.9.1',
    'a window of the connection beyond 2^31-1',
    'connection FLOW_CONTROL_ERROR',
    [frame(Type.WINDOW_UPDATE, 0, 0, uint32(0x7fffffff)), frame(Type.WINDOW_UPDATE, 0, 0, uint32(1))],
  ],
  [
    '6.9.1',
    'a window of a stream beyond 2^31-1',
    'stream FLOW_CONTROL_ERROR',
    [post(1, '/b.sh'), frame(Type.WINDOW_UPDATE, 0, 1, uint32(0x7fffffff))],
  ],
  [
    '6.9.1',
    'DATA beyond the window of a stream whose reader is slow',
    'stream FLOW_CONTROL_ERROR',
    [
      post(1, '/late.sh', [['content-length', '983040']]),
      ...Array.from({ length: 60 }, () => frame(Type.DATA, 0, 1, Buffer.alloc(16384))),
    ],
  ],
  [
    '6.9.2',
    'settings that take a stream window beyond 2^31-1',
    'connection FLOW_CONTROL_ERROR',
    [post(1, '/b.sh'), frame(Type.WINDOW_UPDATE, 0, 1, uint32(0x7fff0000)), settings([4, 0x7fffffff])],
  ],
  ['6.10', 'CONTINUATION without HEADERS', 'connection PROTOCOL_ERROR', [continued(1, END_HEADERS, get)]],
  [
    '6.10',
    'CONTINUATION for no stream',
    'connection PROTOCOL_ERROR',
    [frame(Type.HEADERS, END_STREAM, 1, get), continued(0, END_HEADERS)],
  ],
  [
    '6.10',
    'CONTINUATION behind a block that has ended',
    'connection PROTOCOL_ERROR',
    [post(1, '/b.sh'), continued(1, END_HEADERS, get)],
  ],
  [
    '6.10',
    'a block in three pieces',
    '200',
    [
      frame(Type.HEADERS, END_STREAM, 1, get.subarray(0, 2)),
      continued(1, 0, get.subarray(2, 5)),
      continued(1, END_HEADERS, get.subarray(5)),
    ],
  ],
  [
    '8.1',
    'trailers that do not end the stream',
    'stream PROTOCOL_ERROR',
    [post(1, '/b.sh'), frame(Type.HEADERS, END_HEADERS, 1, block([['x', 'y']]))],
  ],
  [
    '8.1',
    'a pseudo-field in trailers',
    'stream PROTOCOL_ERROR',
    [post(1, '/b.sh'), frame(Type.HEADERS, all, 1, block([[':path', '/']]))],
  ],
  [
    '8.1.1',
    'less content than announced',
    'stream PROTOCOL_ERROR',
    [post(1, '/b.sh', [['content-length', '3']]), frame(Type.DATA, END_STREAM, 1, 'xy')],
  ],
  [
    '8.1.1',
    'more content than announced',
    'stream PROTOCOL_ERROR',
    [post(1, '/b.sh', [['content-length', '1']]), frame(Type.DATA, END_STREAM, 1, 'xy')],
  ],
  [
    '8.1.1',
    'no content where some is announced',
    'stream PROTOCOL_ERROR',
    [frame(Type.HEADERS, all, 1, block(requestFields('/b.sh', 'POST', [['content-length', '1']])))],
  ],
  [
    '8.1.1',
    'as much content as announced',
    '200',
    [post(1, '/b.sh', [['content-length', '2']]), frame(Type.DATA, END_STREAM, 1, 'xy')],
  ],
];

for (const [section, what, verdict, frames, streamId = 1] of connectionCases) {
  test(`RFC 9113, ${section}: ${what}: ${verdict}`, async () => {
    const client = await Http2Client.connect(server.port, false);
    client.send(...frames);
    const isAnswer = /^\d/.test(verdict);
    if (isAnswer) await client.whole(streamId);
    assert.equal(await client.verdict(streamId), verdict);
    if (verdict.startsWith('connection')) assert.ok(await client.until(() => client.closed), 'it closes');
    client.close();
  });
}

/** Blocks that RFC 7541 forbids: what they say in hexadecimal. */
const wrongBlocks: [section: string, what: string, bytes: string][] = [
  ['6.1', 'index 0', '80'],
  ['2.3.3', 'an index beyond both tables', 'be'],
  ['4.2', 'a change of the table size behind a field', '8220'],
  ['6.3', 'a table larger than was offered', '3fe21f'],
  ['5.1', 'an integer beyond what an index can be', 'ffffffffffffff7f'],
  ['5.1', 'an integer that is cut off', '7f80'],
  ['5.2', 'padding of eight bits', '4081ff0161'],
  ['5.2', 'padding that is not the start of the end-of-string code', '4081fe0161'],
  ['5.2', 'the end-of-string code', '4084fffffffc0161'],
];

for (const [section, what, bytes] of wrongBlocks) {
  test(`RFC 7541, ${section}: ${what}: connection COMPRESSION_ERROR`, async () => {
    const client = await Http2Client.connect(server.port);
    client.send(frame(Type.HEADERS, all, 1, Buffer.from(bytes, 'hex')));
    assert.equal(await client.verdict(1), 'connection COMPRESSION_ERROR');
    assert.ok(await client.until(() => client.closed));
  });
}

/** lighttpd answers malformed requests, as RFC 9113, 8.1.1 lets a server do, so that clients do not try again. */
const malformed: [what: string, status: string, fields: Fields][] = [
  ['a name in upper case', '400', requestFields('/a.txt', 'GET', [['X-Up', 'x']])],
  ['a name with a blank', '400', requestFields('/a.txt', 'GET', [['x y', 'x']])],
  ['a name with a DEL', '400', requestFields('/a.txt', 'GET', [['x\x7f', 'x']])],
  ['a name beyond ASCII', '400', requestFields('/a.txt', 'GET', [['x\x80', 'x']])],
  ['a name with a colon', '400', requestFields('/a.txt', 'GET', [['x:y', 'x']])],
  ['an empty name', '400', requestFields('/a.txt', 'GET', [['', 'x']])],
  ['a value with a NUL', '400', requestFields('/a.txt', 'GET', [['x', 'a\0b']])],
  ['a value with a line end', '400', requestFields('/a.txt', 'GET', [['x', 'a\r\nb: c']])],
  ['a value with blanks around it, as in lighttpd', '200', requestFields('/a.txt', 'GET', [['x', ' y ']])],
  ['Keep-Alive, as in lighttpd', '200', requestFields('/a.txt', 'GET', [['keep-alive', 'timeout=5']])],
  [
    'Proxy-Connection, as in lighttpd',
    '200',
    requestFields('/a.txt', 'GET', [['proxy-connection', 'close']]),
  ],
  ['Connection', '400', requestFields('/a.txt', 'GET', [['connection', 'close']])],
  ['Upgrade', '400', requestFields('/a.txt', 'GET', [['upgrade', 'x']])],
  ['Transfer-Encoding', '400', requestFields('/a.txt', 'GET', [['transfer-encoding', 'chunked']])],
  ['TE other than trailers', '400', requestFields('/a.txt', 'GET', [['te', 'gzip']])],
  ['TE trailers', '200', requestFields('/a.txt', 'GET', [['te', 'trailers']])],
  ['a pseudo-field behind others', '400', [['x', 'y'], ...requestFields('/a.txt')]],
  ['an unknown pseudo-field', '400', [...requestFields('/a.txt'), [':what', 'x']]],
  ['a pseudo-field of answers', '400', [...requestFields('/a.txt'), [':status', '200']]],
  ['no :method', '400', requestFields('/a.txt').filter(([name]) => name !== ':method')],
  ['no :scheme', '400', requestFields('/a.txt').filter(([name]) => name !== ':scheme')],
  ['no :path', '400', requestFields('/a.txt').filter(([name]) => name !== ':path')],
  ['an empty :path', '400', requestFields('')],
  ['a :path that is none', '400', requestFields('a.txt')],
  ['a :path with a control', '400', requestFields('/a\x01b')],
  ['a :path with a line end', '400', requestFields('/a\r\nb')],
  ['* for OPTIONS', '200', requestFields('*', 'OPTIONS')],
  ['* for others', '400', requestFields('*')],
  ['two :path', '400', [...requestFields('/a.txt'), [':path', '/a.txt']]],
  ['two :method', '400', [...requestFields('/a.txt'), [':method', 'GET']]],
  ['two :scheme', '400', [...requestFields('/a.txt'), [':scheme', 'http']]],
  ['two :authority', '400', [...requestFields('/a.txt'), [':authority', 'a']]],
  [
    'an :authority with a line end',
    '400',
    requestFields('/a.txt').map(([name, value]) => [name, name === ':authority' ? 'a\r\nb' : value]),
  ],
  [
    'a user in :authority',
    '400',
    requestFields('/a.txt').map(([name, value]) => [name, name === ':authority' ? 'u@a' : value]),
  ],
  ['Host beside :authority', '200', requestFields('/a.txt', 'GET', [['host', 'a']])],
  ['another Host than :authority', '400', requestFields('/a.txt', 'GET', [['host', 'b']])],
  ['neither Host nor :authority', '400', requestFields('/a.txt').filter(([name]) => name !== ':authority')],
  ['an unknown method', '501', requestFields('/a.txt', 'WHAT')],
  ['CONNECT without :authority', '400', [[':method', 'CONNECT']]],
  ['CONNECT with a :path', '400', requestFields('/a.txt', 'CONNECT')],
  [
    'fields beyond server.max-request-field-size',
    '431',
    requestFields('/a.txt', 'GET', [['x', 'x'.repeat(9000)]]),
  ],
];

for (const [what, status, fields] of malformed) {
  test(`a request with ${what}: ${status}`, async () => {
    const client = await Http2Client.connect(server.port);
    client.send(frame(Type.HEADERS, all, 1, block(fields)), request(3, '/a.txt'));
    assert.equal((await client.whole(1)).fields.get(':status')?.at(-1), status);
    assert.equal((await client.whole(3)).fields.get(':status')?.at(-1), '200', 'the connection goes on');
    client.close();
  });
}

test('RFC 9113, 3.4: what does not begin with the preface is no HTTP/2', async () => {
  const client = await Http2Client.connectBare(server.port);
  client.send(Buffer.from('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'), settings());
  assert.ok(await client.until(() => client.goAway !== null));
  assert.equal(client.goAway?.code, 'PROTOCOL_ERROR');
  client.close();
});

test('RFC 9113, 3.4: SETTINGS come first', async () => {
  for (const first of [
    frame(Type.PING, 0, 0, '12345678'),
    request(1, '/a.txt'),
    frame(Type.SETTINGS, ACK, 0),
  ]) {
    const client = await Http2Client.connectBare(server.port);
    client.send(preface, first);
    assert.ok(await client.until(() => client.goAway !== null));
    assert.equal(client.goAway?.code, 'PROTOCOL_ERROR');
    client.close();
  }
});

test('preface and frames may come in any two pieces', async () => {
  const bytes = Buffer.concat([preface, settings(), request(1, '/a.txt')]);
  for (let cut = 20; cut < bytes.length; cut++) {
    const client = await Http2Client.connectBare(server.port, false);
    client.send(bytes.subarray(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 2));
    client.send(bytes.subarray(cut));
    assert.equal(String((await client.whole(1)).body), 'alpha', `cut at ${cut}`);
    client.close();
  }
});
