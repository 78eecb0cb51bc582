import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTrailers, readTrailerWhitelist, type TrailerRules } from '../../src/http/trailers.js';

const usual: TrailerRules = {
  strict: true,
  announced: undefined,
  sizeMax: 8192,
  whitelist: readTrailerWhitelist('x-sum,ETag,authorization,'),
};
const read = (section: string, rules: Partial<TrailerRules> = {}) =>
  readTrailers(section, { ...usual, ...rules });

test('allowed fields are kept, others dropped', () => {
  assert.deepEqual(read('X-Sum:  1 \r\nX-Other: 2\r\netag:"a"\r\n'), [
    ['X-Sum', '1 '],
    ['etag', '"a"'],
  ]);
  assert.deepEqual(read(''), []);
});

test('without a list every field that is not refused is kept', () => {
  assert.deepEqual(read('X-Any: 1\r\n', { whitelist: null }), [['X-Any', '1']]);
});

test('one bad line spoils all', () => {
  const lines = [
    'X-Sum',
    ': 1',
    'X-Sum:',
    'X-Sum: \t',
    'X Sum: 1',
    'X-Sum : 1',
    'X-Sum: a\x01',
    ' X-Sum: 1',
    'X-Sum: 1\n',
  ];
  for (const line of lines) assert.equal(read(`X-Ok: 1\r\n${line}\r\n`), null, line);
});

test('fields that frame, route or authorise a request are refused even if allowed', () => {
  for (const name of [
    'Authorization',
    'content-length',
    'HOST',
    'Trailer',
    'Max-Forwards',
    'Proxy-Connection',
  ])
    assert.equal(read(`${name}: 1\r\n`), null, name);
});

test('without header-strict, controls and 8-bit bytes pass', () => {
  assert.deepEqual(read('X\xe9: a\x01\r\n', { strict: false }), []);
  assert.equal(read('X(: a\r\n', { strict: false }), null);
});

test('with a Trailer header only what it names may come', () => {
  assert.deepEqual(read('X-Sum: 1\r\n', { announced: 'x-a, x-sum' }), [['X-Sum', '1']]);
  assert.equal(read('X-Sum: 1\r\n', { announced: 'x-a' }), null);
});

test('a section of exactly the limit passes', () => {
  assert.deepEqual(read('X-Sum: 1\r\n', { sizeMax: 10 }), [['X-Sum', '1']]);
  assert.equal(read('X-Sum: 1\r\n', { sizeMax: 9 }), null);
});
