import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unicodeText } from '../../src/base/latin1.js';

test('text for libraries and the system is UTF-8 read as text, and nothing else', () => {
  assert.equal(unicodeText('plain'), 'plain');
  assert.equal(unicodeText('caf\u00c3\u00a9'), 'caf\u00e9');
  assert.equal(unicodeText('caf\u00e9'), null);
});
