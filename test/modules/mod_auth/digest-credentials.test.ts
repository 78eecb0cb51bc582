import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeExtendedName,
  parseDigestCredentials,
} from '../../../src/modules/mod_auth/digest-credentials.js';

test('parameters are read with and without quotes, in any order and with loose white space', () => {
  assert.deepEqual(parseDigestCredentials('username="a b", realm = "x,y" ,uri=/p?q=1,nc=01\t, qop=auth'), {
    username: 'a b',
    realm: 'x,y',
    uri: '/p?q=1',
    nc: '01',
    qop: 'auth',
  });
});

test('backslashes stay, and guard a quote', () => {
  assert.equal(parseDigestCredentials('username="a\\"b\\\\"').username, 'a\\"b\\\\');
});

test('a later parameter replaces an earlier one; unknown text is passed over', () => {
  assert.deepEqual(parseDigestCredentials('opaque="o", nc=1, foo, nc=2'), { nc: '2' });
});

test('a broken parameter ends the list', () => {
  assert.deepEqual(parseDigestCredentials('nc=1, realm "x", qop=auth'), { nc: '1' });
  assert.deepEqual(parseDigestCredentials('nc=1, realm="x, qop=auth'), { nc: '1' });
});

test('long junk is read in a moment', () => {
  const start = performance.now();
  parseDigestCredentials('x'.repeat(65_000));
  parseDigestCredentials('username '.repeat(7000));
  assert.ok(performance.now() - start < 200);
});

test('extended names are decoded, and refused where they would smuggle something in', () => {
  assert.equal(decodeExtendedName("UTF-8''J%C3%BCrgen"), 'J\xc3\xbcrgen');
  assert.equal(decodeExtendedName("iso-8859-1'de'J%FCrgen"), 'J\xfcrgen');
  assert.equal(decodeExtendedName("UTF-8''a%0Db"), 'a_b');
  for (const [name, problem] of [
    ["UTF-8''J%FCrgen", 'invalid UTF-8'],
    ["utf-7''ann", 'ext-value'],
    ['UTF-8-ann', 'ext-value'],
    ["UTF-8''a\x01b", 'contains ctrl chars'],
    [`UTF-8''${'a'.repeat(257)}`, 'too long'],
  ])
    assert.equal((decodeExtendedName(name) as { problem: string }).problem, problem, name);
});
