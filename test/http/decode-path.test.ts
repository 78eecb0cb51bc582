import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodePath, simplifyPath } from '../../src/http/decode-path.js';

test('escapes are undone once; a % without digits stays', () => {
  assert.equal(decodePath('/a%20b%2Fc%c3%A9'), '/a b/c\xc3\xa9');
  assert.equal(decodePath('/%2541%'), '/%41%');
  assert.equal(decodePath('/%4%zz%%41'), '/%4%zz%A');
});

test('control bytes become an underscore, but only those that were escaped', () => {
  assert.equal(decodePath('/%00%1f%7f%80'), '/___\x80');
  assert.equal(decodePath('/\x01'), '/\x01');
});

test('empty and dot segments are resolved', () => {
  const cases: Record<string, string> = {
    '/': '/',
    '//': '/',
    '/.': '/',
    '/..': '/',
    '/../..': '/',
    '/a/.': '/a/',
    '/a/..': '/',
    '/a/../': '/',
    '/a/b/..': '/a/',
    '/a/b/../c': '/a/c',
    '/a//b': '/a/b',
    '/a/./b': '/a/b',
    '/../../a': '/a',
    '/.a/..b/...': '/.a/..b/...',
    '/a//../b': '/b',
  };
  for (const [path, simple] of Object.entries(cases)) assert.equal(simplifyPath(path), simple, path);
});

test('a path without a leading slash keeps its first name until .. takes it', () => {
  const cases: Record<string, string> = {
    '': '',
    '.': '',
    '..': '',
    './': '/',
    '../': '/',
    './a': '/a',
    '../../a': '/a',
    a: 'a',
    'a/': 'a/',
    'a/.': 'a/',
    'a//b': 'a/b',
    'a/..': '/',
    'a/../b': '/b',
    '.a': '.a',
  };
  for (const [path, simple] of Object.entries(cases)) assert.equal(simplifyPath(path), simple, path);
});

test('property: absolute paths come out as a POSIX normalisation does it', () => {
  const segment = fc.constantFrom('', '.', '..', 'a', 'b.c', '...', '.x');
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 10 }), (segments) => {
      const path = `/${segments.join('/')}`;
      const endsInFolder = ['', '.', '..'].includes(segments.at(-1)!);
      const normalized = posix.normalize(path);
      const expected = endsInFolder && !normalized.endsWith('/') ? `${normalized}/` : normalized;
      assert.equal(simplifyPath(path), expected);
    }),
  );
});
