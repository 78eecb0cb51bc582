import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasToken, removeToken } from '../../src/http/tokens.js';

test('a token is found anywhere in the list, whatever its case', () => {
  for (const list of ['close', 'Close', 'a, CLOSE', ',close,', '\tclose ,b', 'close;q=1', 'a b, close c'])
    assert.ok(hasToken(list, 'close'), list);
});

test('parts of words, later words and parameters are no tokens', () => {
  for (const list of ['', ',', 'closed', 'disclose', 'a close', 'a;close', '"close"', 'clos'])
    assert.ok(!hasToken(list, 'close'), list);
});

test('removing a token leaves the others as they are', () => {
  assert.equal(removeToken('Upgrade, HTTP2-Settings, close', 'upgrade'), 'HTTP2-Settings, close');
  assert.equal(removeToken('a,Upgrade ,b, upgrade', 'upgrade'), 'a, b');
  assert.equal(removeToken('Upgrade', 'upgrade'), '');
  assert.equal(removeToken('a ,b', 'upgrade'), 'a ,b');
});
