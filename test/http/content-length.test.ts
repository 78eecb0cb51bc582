import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseContentLength } from '../../src/http/content-length.js';

test('digits alone', () => {
  assert.equal(parseContentLength('0'), 0);
  assert.equal(parseContentLength('0005'), 5);
  assert.equal(parseContentLength('1234567890'), 1234567890);
});

test('up to 63 bits', () => {
  assert.equal(parseContentLength('9223372036854775807'), 2 ** 63);
  assert.equal(parseContentLength('9223372036854775808'), -1);
  assert.equal(parseContentLength('9'.repeat(10_000)), -1);
  assert.equal(parseContentLength(`${'0'.repeat(1000)}7`), 7);
});

test('nothing else', () => {
  for (const text of ['', ' 5', '5 ', '+5', '-5', '5,5', '5.0', '0x5', '1e3', '\xb2'])
    assert.equal(parseContentLength(text), -1, text);
});
