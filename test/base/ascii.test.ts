import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lowerAscii } from '../../src/base/ascii.js';

it('lower case leaves bytes beyond ASCII alone', () => {
  assert.equal(lowerAscii('AbZ\xc3\x84'), 'abz\xc3\x84');
});
