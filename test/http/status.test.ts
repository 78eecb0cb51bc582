import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { test } from 'node:test';
import { statusLine } from '../../src/http/status.js';

test('code and reason; a code that nobody knows has an empty reason', () => {
  assert.equal(statusLine(200), '200 OK');
  assert.equal(statusLine(404), '404 Not Found');
  assert.equal(statusLine(299), '299 ');
});

test('reasons are the registered ones, but for those where lighttpd differs', () => {
  const differing: Record<number, string> = {
    207: '207 Multi-status',
    306: '306 (Unused)',
    418: '418 ',
    509: '509 ',
  };
  for (const code of Object.keys({ ...STATUS_CODES, ...differing }).map(Number))
    assert.equal(statusLine(code), differing[code] ?? `${code} ${STATUS_CODES[code]}`);
});
