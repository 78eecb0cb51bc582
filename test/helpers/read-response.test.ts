import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readResponse } from './read-response.js';

function read(text: string, { method = 'GET', ended = false } = {}) {
  const reading = readResponse(Buffer.from(text, 'latin1'), 0, method, ended);
  if (reading === null) return null;
  const { response, next } = reading;
  if ('bad' in response) return { bad: response.bad, next };
  return {
    status: response.status,
    body: response.body.toString('latin1'),
    truncated: response.truncated,
    next,
  };
}

const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n';

test('a body of a given length, and none to a HEAD', () => {
  assert.deepEqual(read(`${sized}rest`), {
    status: 200,
    body: 'hello',
    truncated: false,
    next: sized.length,
  });
  assert.deepEqual(read(sized, { method: 'HEAD' }), {
    status: 200,
    body: '',
    truncated: false,
    next: sized.length - 5,
  });
});

test('a chunked body, with and without trailers', () => {
  assert.deepEqual(read(chunked), { status: 200, body: 'abcde', truncated: false, next: chunked.length });
  const trailers = chunked.replace(/0\r\n\r\n$/, '0\r\nX-A: b\r\n\r\n');
  assert.deepEqual(read(trailers), { status: 200, body: 'abcde', truncated: false, next: trailers.length });
});

test('every cut is waited for, and truncated once the connection has ended', () => {
  for (const text of [sized, chunked]) {
    for (let cut = 0; cut < text.length; cut++)
      assert.equal(read(text.slice(0, cut)), null, text.slice(0, cut));
  }
  assert.equal(read(sized.slice(0, -1), { ended: true })?.truncated, true);
  assert.equal(read(chunked.slice(0, -8), { ended: true })?.truncated, true);
});

test('a body without a length reaches to the end of the connection', () => {
  const text = 'HTTP/1.0 200 OK\r\n\r\nall of it';
  assert.equal(read(text), null);
  assert.equal(read(text, { ended: true })?.body, 'all of it');
});

test('what is no response says so', () => {
  assert.deepEqual(read('hello\r\n\r\n'), { bad: 'hello', next: 9 });
});
