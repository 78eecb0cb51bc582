import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { after, before, test } from 'node:test';
import { type FuzzTarget, startFuzzTarget } from './fuzz-target.js';

/** Valid requests of every kind of framing; each ends the connection. */
const requests: readonly string[] = [
  'GET /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'GET /a.txt HTTP/1.0\r\n\r\n',
  'HEAD /n.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\nConnection: close\r\n\r\n',
  'GET http://WWW.Plus.test:80/dir/%2e%2e/b.txt?x#y HTTP/1.1\r\nHost: www.plus.test\r\nConnection: close\r\n\r\n',
  'GET /n.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9,500-509\r\nX-Folded: a\r\n b\r\n\tc\r\nConnection: close\r\n\r\n',
  'GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'POST /b.sh HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
  'POST /b.sh?stream HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
  'POST /b.sh HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5;x=y\r\nhello\r\n0b\r\n, and more\n\r\n0\r\nX-Sum: 1\r\n\r\n',
  'POST /b.sh?stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /b.txt HTTP/1.1\r\nHost: a\r\n\r\n\r\nPOST /b.sh HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
];

let target: FuzzTarget;
before(async () => {
  target = await startFuzzTarget();
});
after(() => target.stop());

for (const request of requests) {
  const [line] = request.split('\r\n', 1);
  test(`${line} (${request.length} bytes) gets the same answer wherever it is cut in two`, async () => {
    const whole = await answerTo([request]);
    assert.match(whole, /^HTTP\/1\.[01] \d{3} /);
    const cuts = Array.from({ length: request.length - 1 }, (_, i) => i + 1);
    await forEachOfSome(cuts, async (cut) => {
      const answer = await answerTo([request.slice(0, cut), request.slice(cut)]);
      assert.equal(answer, whole, `cut after ${JSON.stringify(request.slice(0, cut))}`);
    });
    assert.equal(await answerTo([...request]), whole, 'byte by byte');
  });

  test(`${line} (${request.length} bytes) broken off anywhere ends the connection`, async () => {
    const cuts = Array.from({ length: request.length }, (_, i) => i);
    await forEachOfSome(cuts, (cut) => answerTo([request.slice(0, cut)], true));
    await target.checkAnswers();
  });
}

/** The bytes that come back, without their dates; each piece is sent on its own. Fails where nothing closes. */
function answerTo(pieces: readonly string[], endsEarly = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port: target.port, host: '127.0.0.1', noDelay: true });
    const received: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after ${JSON.stringify(pieces)}; got ${Buffer.concat(received)}`));
    }, 10_000);
    socket.on('data', (bytes) => received.push(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(
        Buffer.concat(received)
          .toString('latin1')
          .replace(/^Date: .*$/gm, 'Date:'),
      );
    });
    const send = (index: number): void => {
      socket.write(pieces[index], 'latin1');
      if (index + 1 < pieces.length) setTimeout(send, 2, index + 1);
      else if (endsEarly) socket.end();
    };
    send(0);
  });
}

async function forEachOfSome(
  numbers: readonly number[],
  run: (number: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const runNext = async (): Promise<void> => {
    while (next < numbers.length) await run(numbers[next++]);
  };
  await Promise.all(Array.from({ length: 32 }, runNext));
}
