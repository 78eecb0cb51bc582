import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from './compare.js';
import type { ObservedResponse } from './suite.js';

const answer = { status: 200, headers: { 'content-type': 'text/plain', etag: '<etag>' }, body: 'hello' };

function compare(
  expected: ObservedResponse,
  got: ObservedResponse,
  ignored: readonly string[] = [],
): readonly string[] {
  const exchange = (response: ObservedResponse) => ({ responses: [response], closed: false });
  return differences(exchange(expected), exchange(got), new Set(ignored));
}

test('equal answers have no differences', () => {
  assert.deepEqual(compare(answer, structuredClone(answer)), []);
});

test('each part that differs is named', () => {
  assert.deepEqual(compare(answer, { ...answer, status: 404 }), ['[0] status: expected 200, got 404']);
  assert.deepEqual(compare(answer, { ...answer, body: 'bye' }), ['[0] body: expected "hello", got "bye"']);
  const headers = { 'content-type': 'text/html', 'x-new': '1' };
  assert.deepEqual(compare(answer, { ...answer, headers }), [
    '[0] header content-type: expected "text/plain", got "text/html"',
    '[0] header etag: expected "<etag>", got none',
    '[0] header x-new: expected none, got "1"',
  ]);
  assert.deepEqual(compare(answer, { ...answer, truncated: true }), [
    '[0] truncated: expected false, got true',
  ]);
});

test('a missing answer and a closed connection are differences', () => {
  const one = { responses: [answer], closed: false };
  assert.deepEqual(differences(one, { responses: [], closed: true }, new Set()), [
    'responses: expected 1 (200), got 0 ()',
    'connection closed: expected false, got true',
  ]);
  assert.deepEqual(differences(one, { ...one, closed: true }, new Set(['closed'])), []);
});

test('what a suite ignores is no difference', () => {
  const other = { status: 200, headers: {}, body: 'bye' };
  assert.deepEqual(compare(answer, other, ['headers', 'body']), []);
  assert.deepEqual(compare(answer, other, ['etag', 'body']), [
    '[0] header content-type: expected "text/plain", got none',
  ]);
});

test('the wording of an error page is free, that of any other answer is not', () => {
  const page = { status: 404, headers: {}, body: '<title>404 Not Found</title>' };
  assert.deepEqual(compare(page, { ...page, body: 'nothing here' }), []);
  const good = { ...page, status: 200 };
  assert.equal(compare(good, { ...good, body: 'nothing here' }).length, 1);
});
