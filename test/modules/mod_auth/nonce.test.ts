import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceText } from '../../../src/base/source-range.js';
import { checkNonce, makeNonce } from '../../../src/modules/mod_auth/nonce.js';
import type { Requirement } from '../../../src/modules/mod_auth/requirement.js';

const now = 1_800_000_000;
const requirement = (nonceSecret: string | null): Requirement => ({
  origin: new SourceText({ name: 'test', text: '', includedFrom: null }).range(0, 0),
  path: '/',
  pathLower: '/',
  scheme: 'digest',
  realm: 'area',
  validUser: true,
  users: [],
  groups: [],
  hosts: [],
  algorithms: ['MD5'],
  nonceSecret,
  offersUserHash: false,
});

test('a nonce is good for ten minutes; in the last one the next is due', () => {
  for (const secret of [null, 'secret']) {
    const rule = requirement(secret);
    const nonce = makeNonce(rule, 'MD5', now);
    assert.equal(checkNonce(nonce, rule, 'MD5', now), 'good');
    assert.equal(checkNonce(nonce, rule, 'MD5', now + 540), 'good');
    assert.equal(checkNonce(nonce, rule, 'MD5', now + 541), 'expiring');
    assert.equal(checkNonce(nonce, rule, 'MD5', now + 600), 'expiring');
    assert.equal(checkNonce(nonce, rule, 'MD5', now + 601), 'stale');
    // another worker made it, whose clock has ticked already
    assert.equal(checkNonce(nonce, rule, 'MD5', now - 2), 'good');
    assert.equal(checkNonce(nonce, rule, 'MD5', now - 3), 'stale');
  }
});

test('a nonce without a time is stale', () => {
  const rule = requirement(null);
  for (const nonce of ['', ':', 'nonsense', `${now.toString(16)}`, `0${'f'.repeat(16)}:x`])
    assert.equal(checkNonce(nonce, rule, 'MD5', now), 'stale', nonce);
});

test('with a secret, only its own nonces count', () => {
  const rule = requirement('secret');
  const time = now.toString(16);
  assert.equal(checkNonce(makeNonce(requirement('other'), 'MD5', now), rule, 'MD5', now), 'forged');
  assert.equal(checkNonce(makeNonce(rule, 'SHA-256', now), rule, 'MD5', now), 'forged');
  assert.equal(checkNonce(makeNonce(requirement(null), 'MD5', now), rule, 'MD5', now), 'malformed');
  assert.equal(checkNonce(`${time}::`, rule, 'MD5', now), 'forged');
});

test('nonces differ from one another', () => {
  const nonces = Array.from({ length: 100 }, () => makeNonce(requirement('secret'), 'MD5', now));
  assert.equal(new Set(nonces).size, nonces.length);
});
