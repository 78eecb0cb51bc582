import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemText } from '../../src/backend/program-text.js';

it('is UTF-8 read as text, and nothing else', () => {
  assert.equal(systemText('plain'), 'plain');
  assert.equal(systemText('caf\u00c3\u00a9'), 'caf\u00e9');
  assert.equal(systemText('caf\u00e9'), null);
});
