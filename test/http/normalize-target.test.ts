import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPlainTarget, normalizeTarget } from '../../src/http/normalize-target.js';
import { defaultParseOptions, ParseOption, readParseOptions } from '../../src/http/parse-options.js';
import { target } from './arbitraries.js';

const normalize = (text: string, ...switches: (readonly [string, boolean])[]): string | null =>
  normalizeTarget(text, readParseOptions(switches));

test('a plain target comes back as it is', () => {
  const plain = "/a/b.c/~user/d-e_f,g;h=1:@!$&'()*+?q=/../x//y?z";
  assert.ok(isPlainTarget(plain));
  assert.equal(normalize(plain), plain);
  for (const odd of ['/a%20b', '/a b', '/a#b', '/a//b', '/.a', '/a\\b', '/a/..', 'a', '', '/\xe9'])
    assert.ok(!isPlainTarget(odd), odd);
});

test('unreserved bytes lose their escape, all others get one in upper case', () => {
  assert.equal(normalize('/%7euser/%41%2d%2E%5f%39'), '/~user/A-._9');
  assert.equal(normalize('/%3a%40?%3d%2f%2b'), '/%3A%40?%3D%2F%2B');
  assert.equal(normalize('/a b\\c"<é>^`{|}'), '/a%20b%5Cc%22%3C%E9%3E%5E%60%7B%7C%7D');
});

test('a percent sign without two digits becomes %25, and is not read again', () => {
  assert.equal(normalize('/%'), '/%25');
  assert.equal(normalize('/%4'), '/%254');
  assert.equal(normalize('/%zz%2541'), '/%25zz%2541');
});

test('the fragment is dropped', () => {
  assert.equal(normalize('/a#b?c'), '/a');
  assert.equal(normalize('/a?b#c?d'), '/a?b');
});

test('controls and bytes that no UTF-8 holds are refused where asked to', () => {
  for (const bad of ['/%00', '/a%1f', '/?%7F', '/\x01', '/a\x7f?', '/%c0%80', '/?%C1%9c', '/%F5', '/?\xff']) {
    assert.equal(normalize(bad), null, bad);
    assert.notEqual(
      normalize(bad, ['url-ctrls-reject', false], ['url-invalid-utf8-reject', false]),
      null,
      bad,
    );
  }
  assert.equal(normalize('/%80%bf%f4'), '/%80%BF%F4');
});

test('%2F in the path becomes a slash, stays, or is refused; in the query it always stays', () => {
  assert.equal(normalize('/a%2fb?c%2fd'), '/a/b?c%2Fd');
  assert.equal(normalize('/a%2fb?c%2fd', ['url-path-2f-decode', false]), '/a%2Fb?c%2Fd');
  assert.equal(normalize('/a%2fb', ['url-path-2f-reject', true]), null);
  assert.equal(normalize('/a?c%2fd', ['url-path-2f-reject', true]), '/a?c%2Fd');
});

test('dot segments, also those made by decoding, are removed, kept or refused', () => {
  assert.equal(normalize('/a/%2e%2E%2fb/./c//d/..?../x'), '/b/c/?../x');
  assert.equal(normalize('/a/../b', ['url-path-dotseg-remove', false]), '/a/../b');
  for (const bad of ['/a/..', '/./a', '//', '/a/.?q'])
    assert.equal(normalize(bad, ['url-path-dotseg-reject', true]), null, bad);
  assert.equal(normalize('/..a/.b/...', ['url-path-dotseg-reject', true]), '/..a/.b/...');
});

test('url-normalize-required decodes reserved bytes too, but none that would move a border', () => {
  const required = ['url-normalize-required', true] as const;
  assert.equal(
    normalize('/%3a%40%2b%3f%2F?%2f%3f%26%3d%3b%2b%2c', required, ['url-path-2f-decode', false]),
    '/:@+%3F%2F?/?%26%3D%3B%2B,',
  );
});

test('url-query-20-plus writes spaces of the query as plus', () => {
  assert.equal(normalize('/a%20b?c%20d e', ['url-query-20-plus', true]), '/a%20b?c+d+e');
});

test('property: a plain target is what the long way makes of it', () => {
  // A letter with an escape that is not needed forces the long way.
  fc.assert(
    fc.property(target, fc.integer({ min: 0, max: 0xffff }), (text, options) => {
      if (!isPlainTarget(text)) return;
      const longWay = normalizeTarget(`${text}%41`, options & ~ParseOption.urlNormalizePathBackslashTrans);
      assert.equal(longWay, `${text}A`);
    }),
  );
});

test('property: what comes out is printable ASCII without fragment, and normalising it again changes nothing', () => {
  fc.assert(
    fc.property(target, fc.boolean(), (text, required) => {
      const options = required ? defaultParseOptions | ParseOption.urlNormalizeRequired : defaultParseOptions;
      const once = normalizeTarget(text, options);
      if (once === null) return;
      assert.match(once, /^[\x21-\x7e]*$/);
      assert.doesNotMatch(once, /[#"<>\\^`{|}]|%(?![0-9A-F]{2})/);
      assert.equal(normalizeTarget(once, options), once);
    }),
    { numRuns: 2000 },
  );
});
