import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeFilterValue, escapeNameValue, filterFor } from '../../../src/modules/mod_authn_ldap/names.js';

test('RFC 4515: what would end a value in a filter, or stand for anything, is escaped', () => {
  assert.equal(escapeFilterValue('a*b(c)d\\e\0f'), 'a\\2ab\\28c\\29d\\5ce\\00f');
  assert.equal(escapeFilterValue('jürgen'), 'jürgen');
  assert.equal(
    filterFor('(&(uid=?)(mail=?@x))', '*)(uid=?'),
    '(&(uid=\\2a\\29\\28uid=?)(mail=\\2a\\29\\28uid=?@x))',
  );
});

test('RFC 4514: what would end a value in a name is escaped, blanks at its ends too', () => {
  assert.equal(escapeNameValue('a,b+c"d\\e<f>g;h=i#j\0'), 'a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h\\=i\\#j\\00');
  assert.equal(escapeNameValue(' a b '), '\\ a b\\ ');
  assert.equal(escapeNameValue(' '), '\\ ');
});
