import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase64Loosely } from '../../src/base/base64.js';

const decoded = (text: string): string => decodeBase64Loosely(text).toString('latin1');

test('base64 is read with blanks inside, without padding, and up to the first foreign character', () => {
  assert.equal(decoded('YTpi'), 'a:b');
  assert.equal(decoded(' Y T\tp i\r\n'), 'a:b');
  assert.equal(decoded('YTpiYw'), 'a:bc');
  assert.equal(decoded('YTpiYw==QUJD'), 'a:bc');
  assert.equal(decoded('YTpi*xxx'), 'a:b');
});

test('what cannot be base64 is empty', () => {
  assert.equal(decoded('A'), '');
  assert.equal(decoded('YTpiY'), '');
  assert.equal(decoded('=YTpi'), '');
  assert.equal(decoded(''), '');
});
