import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isFieldName,
  isFieldValue,
  laxNameBytes,
  laxValueBytes,
  strictNameBytes,
  strictValueBytes,
} from '../../src/http/field-syntax.js';

const bytesOf = (table: Uint8Array) => [...table.keys()].filter((byte) => table[byte] === 1);

test('a strict name: visible ASCII without separators', () => {
  assert.equal(
    String.fromCharCode(...bytesOf(strictNameBytes)),
    "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~",
  );
});

test('a lax name also holds controls and 8-bit bytes, but no NUL, blank or line end', () => {
  const more = bytesOf(laxNameBytes).filter((byte) => strictNameBytes[byte] === 0);
  assert.equal(more.length, 28 + 129);
  for (const byte of [0, 9, 10, 13, 32, 58]) assert.equal(laxNameBytes[byte], 0);
});

test('a strict value: no controls but tab; a lax one: no NUL and line ends', () => {
  const illegal = (table: Uint8Array) => [...table.keys()].filter((byte) => table[byte] === 0);
  assert.deepEqual(illegal(strictValueBytes), [...Array(32).keys()].filter((byte) => byte !== 9).concat(127));
  assert.deepEqual(illegal(laxValueBytes), [0, 10, 13]);
});

test('whole names and values', () => {
  assert.ok(isFieldName('X-A_1', true));
  assert.ok(!isFieldName('', false));
  assert.ok(!isFieldName('X A', false));
  assert.ok(!isFieldName('X\xe9', true));
  assert.ok(isFieldName('X\xe9', false));
  assert.ok(isFieldValue('', true));
  assert.ok(!isFieldValue('a\x01', true));
  assert.ok(isFieldValue('a\x01', false));
});
