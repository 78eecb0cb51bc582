import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { readSuite, suiteNames } from '../conformance/suite.js';
import { mutatedRequest, readSeeds } from '../fuzz/mutate.js';
import { Random } from '../fuzz/random.js';
import { startServer } from '../helpers/server.js';
import { readStrictly } from './strict-request.js';

// Whatever a client sends: what a backend receives is whole requests, each of which every server would read alike.

/** `SMUGGLED=20000` takes minutes. */
const mutatedCount = Number(process.env['SMUGGLED'] ?? 1000);
const atOnce = 32;
const answerWithinMs = 300;

const body = 'POST /x HTTP/1.1\r\nHost: a\r\n';
const inner = 'GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n';

/** Known ways to make two servers disagree about where a request ends. */
const tricks: readonly string[] = [
  `${body}Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  `${body}Content-Length: ${inner.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
  `${body}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`,
  ...[
    'xchunked',
    'chunked, identity',
    'identity, chunked',
    ' chunked',
    'chunked\x0b',
    '\tchunked',
    'Chunked',
    'chunked,',
    '"chunked"',
    'chunked\r\nTransfer-Encoding: x',
    'x\r\nTransfer-Encoding: chunked',
  ].map((encoding) => `${body}Content-Length: 6\r\nTransfer-Encoding:${encoding}\r\n\r\n0\r\n\r\nG${inner}`),
  ...[
    'Transfer-Encoding : chunked',
    'Transfer-Encoding\t: chunked',
    ' Transfer-Encoding: chunked',
    'Transfer_Encoding: chunked',
    'X: y\nTransfer-Encoding: chunked',
    'X: y\rTransfer-Encoding: chunked',
    'X:\r\n Transfer-Encoding: chunked',
    'Transfer-Encoding\r\n : chunked',
    'X: \0\r\nTransfer-Encoding: chunked',
  ].map((line) => `${body}${line}\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${inner}`),
  ...['+5', '-5', '0x5', '5, 5', '5,6', ' 5 ', '5\t', '05', '5\r\n 5', '', '5 5', '99999999999999999999'].map(
    (length) => `${body}Content-Length: ${length}\r\n\r\nhello${inner}`,
  ),
  ...[
    '5;a=b',
    '5 ',
    ' 5',
    '0x5',
    '+5',
    '5\n',
    '5;\n',
    '00005',
    '5\r\r\n',
    'fffffffffffffffff',
    '-1',
    '5;a="\r\n"',
  ].map((size) => `${body}Transfer-Encoding: chunked\r\n\r\n${size}\r\nhello\r\n0\r\n\r\n${inner}`),
  `${body}Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n${inner}`,
  `${body}Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n${inner}`,
  `${body}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 30\r\nHost: evil\r\n\r\n${inner}`,
  `GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  `GET /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
  `GET /x HTTP/1.1\r\nHost: a\r\nConnection: content-length\r\nContent-Length: 5\r\n\r\nhello${inner}`,
  `GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n${inner}`,
  `GET /x?\x01\r\n HTTP/1.1\r\nHost: a\r\n\r\n${inner}`,
  `GET /x\tHTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET  /x  HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET /x%0d%0aX:%20y HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET http://a/x\r\n\r\n HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
  `GET /x HTTP/1.1\r\nHost: a/../b\r\n\r\n`,
  `GET /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello${inner}`,
];

/** What the suites about requests and proxies send, as one text each. */
function fromSuites(): string[] {
  const names = suiteNames().filter((name) => /^(?:core|mod_proxy)_/.test(name));
  return names.flatMap((name) =>
    (readSuite(name).cases ?? []).flatMap(({ send }) => (typeof send === 'string' ? [send] : [])),
  );
}

function fromMutations(): string[] {
  const random = new Random(20_261_127);
  const seeds = readSeeds();
  return Array.from({ length: mutatedCount }, () => mutatedRequest(random, seeds));
}

/** Answers whole requests, and notes what is none. */
async function startStrictBackend(keepsOpen: boolean) {
  const problems: string[] = [];
  let requests = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const outcome = readStrictly(text);
      if (outcome.type === 'wrong') problems.push(outcome.why);
      if (outcome.type !== 'request') return;
      requests++;
      const rest = text.slice(outcome.end);
      if (rest !== '')
        problems.push(`${JSON.stringify(rest)} behind ${JSON.stringify(text.slice(0, outcome.end))}`);
      text = '';
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${keepsOpen ? '' : 'Connection: close\r\n'}\r\nok`,
      );
      if (!keepsOpen) socket.end();
    });
    socket.on('end', () => socket.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, problems, requests: () => requests, port: (server.address() as AddressInfo).port };
}

/** Sends the text, and waits until the server has closed, or says nothing more. */
function send(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    let answer = '';
    const timer = setTimeout(() => socket.destroy(), answerWithinMs);
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
    socket.end(text, 'latin1');
  });
}

describe('no client can make a backend read what is not one request', () => {
  const sources = { 'known tricks': () => [...tricks], 'the suites': fromSuites, mutations: fromMutations };
  for (const [name, texts] of Object.entries(sources)) {
    for (const keepsOpen of [false, true]) {
      it(`${name}${keepsOpen ? ', on connections that stay open' : ''}`, { timeout: 300_000 }, async () => {
        const backend = await startStrictBackend(keepsOpen);
        const options = keepsOpen ? ', "keep-alive" => 8' : '';
        const server = await startServer([
          'server.modules = ( "mod_proxy" )',
          'server.errorlog = "@ROOT@/error.log"',
          'server.max-read-idle = 2',
          'server.upload-dirs = ( "@ROOT@" )',
          `proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => ${backend.port}${options} )) )`,
        ]);
        const waiting = texts();
        const work = async (): Promise<void> => {
          for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
            const before = backend.problems.length;
            const answer = await send(server.port, text);
            assert.deepEqual(
              backend.problems.slice(before),
              [],
              `${JSON.stringify(text)} got ${JSON.stringify(answer)}`,
            );
          }
        };
        await Promise.all(Array.from({ length: atOnce }, work));
        assert.ok(backend.requests() > 10, `${backend.requests()} requests came through`);
        await server.stop();
        backend.server.close();
      });
    }
  }
});
