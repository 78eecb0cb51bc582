import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultParseOptions, readParseOptions } from '../../src/http/parse-options.js';
import { emptyRequestTarget, parseTarget, resolveTarget } from '../../src/http/request-target.js';
import { target } from './arbitraries.js';
import { recordedGroups } from './recorded-cases.js';

const parse = (method: string, sent: string, options = defaultParseOptions) =>
  parseTarget(method, sent, options);
const lax = readParseOptions([['header-strict', false]]);

for (const { suite, options, cases } of recordedGroups<{ target: string; path: string; query: string }>(
  'targets',
)) {
  test(`targets are read as lighttpd read them in ${suite}`, () => {
    for (const [sent, expected] of cases) {
      const { status, target, path, query } = parse('GET', sent, options);
      assert.deepEqual(status === 0 ? { target, path, query } : null, expected, sent);
    }
  });
}

test('an absolute target gives its host and keeps its path', () => {
  const { authority, original, path, query } = parse('GET', 'HTTPS://User@Host:81/a%20b?c');
  assert.deepEqual(
    { authority, original, path, query },
    {
      authority: 'User@Host:81',
      original: '/a%20b?c',
      path: '/a b',
      query: 'c',
    },
  );
});

test('an absolute target without host or path, or with a host of 1024 bytes, is 400', () => {
  for (const sent of ['http://a', 'http:///a', 'https://', `http://${'a'.repeat(1024)}/`, 'ftp://a/'])
    assert.equal(parse('GET', sent).status, 400, sent);
  assert.equal(parse('GET', `http://${'a'.repeat(1023)}/`).status, 0);
});

test('* is for OPTIONS alone, an address for CONNECT', () => {
  assert.equal(parse('OPTIONS', '*').path, '*');
  assert.equal(parse('GET', '*').status, 400);
  assert.equal(parse('OPTIONS', '**').status, 400);
  for (const sent of ['127.0.0.1:80', ':80']) assert.equal(parse('CONNECT', sent).path, sent);
  assert.equal(parse('CONNECT', 'example.com:80').status, 400);
});

test('without header-strict other forms reach the normalising, which wants a slash', () => {
  assert.equal(parse('CONNECT', 'example.com:80', lax).path, 'example.com:80');
  assert.equal(parse('GET', 'a.txt', lax).status, 400);
  assert.equal(parse('GET', './a.txt', lax).path, '/a.txt');
  assert.equal(parse('GET', '/a\0', lax).status, 400);
});

test('an empty target is 400', () => {
  assert.equal(parse('GET', '').status, 400);
  assert.equal(parse('GET', '', lax).status, 400);
});

test('with url-ctrls-reject off, the strict check refuses blanks, controls, DEL and FF', () => {
  const options = readParseOptions([['url-ctrls-reject', false]]);
  for (const byte of [0, 9, 32, 127, 255])
    assert.equal(parse('GET', `/a${String.fromCharCode(byte)}`, options).status, 400, String(byte));
  assert.equal(parse('GET', '/%01', options).path, '/_');
});

test('a record can be used again', () => {
  const record = emptyRequestTarget();
  parseTarget('GET', 'http://a/b?c', defaultParseOptions, record);
  parseTarget('GET', '/d', defaultParseOptions, record);
  assert.deepEqual(record, {
    status: 0,
    original: '/d',
    authority: null,
    target: '/d',
    path: '/d',
    query: '',
  });
});

test('property: whatever is asked for, the path stays below the root and resolving is stable', () => {
  fc.assert(
    fc.property(target, fc.integer({ min: 0, max: 0xffff }), (sent, options) => {
      const { status, target, path, query } = parse('GET', sent, options);
      if (status !== 0) return;
      assert.match(path, /^\//);
      assert.doesNotMatch(path, /\/\.{0,2}\//);
      assert.doesNotMatch(path, /\/\.{1,2}$/);
      assert.ok(target === path || target.endsWith(query));
      assert.equal(resolveTarget('GET', target, options, emptyRequestTarget()).path, path);
    }),
    { numRuns: 3000 },
  );
});
