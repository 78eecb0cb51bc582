import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEncoding, encodings, encodingsNamed } from '../../../src/modules/mod_deflate/negotiation.js';

test('the order of the server decides, not the q values of the client', () => {
  assert.equal(chooseEncoding('gzip;q=1, br;q=0.1', encodings), 'br');
  assert.equal(chooseEncoding('deflate , x-gzip', encodings), 'x-gzip');
  assert.equal(chooseEncoding('gzip ;q=0', encodings), 'gzip');
  assert.equal(chooseEncoding('gzip deflate', ['deflate', 'gzip']), 'deflate');
});

test('names count with their case, and nothing else is a name', () => {
  for (const accepted of ['', 'GZIP', '*', 'identity', 'gzipped', ';gzip', 'x;gzip'])
    assert.equal(chooseEncoding(accepted, encodings), null, accepted);
  assert.equal(chooseEncoding('gzip', []), null);
});

test('settings name codings loosely', () => {
  assert.deepEqual(encodingsNamed('gzip'), ['gzip', 'x-gzip']);
  assert.deepEqual(encodingsNamed('brotli'), ['br']);
  assert.deepEqual(encodingsNamed('gzip,deflate'), ['gzip', 'x-gzip', 'deflate']);
  assert.deepEqual(encodingsNamed('bzip2'), []);
});
