import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveFile, resolveVirtual } from '../../../src/modules/mod_ssi/referenced-file.js';
import type { RequestState } from '../../../src/plugin/request-state.js';

const plain = { uriPath: '/sub/a.shtml', path: '/www/sub/a.shtml', relPath: '/sub/a.shtml' };
const aliased = { uriPath: '/al/a.shtml', path: '/other/a.shtml', relPath: '/al/a.shtml' };
const request = (forceLowercaseFilenames = false) =>
  ({ conf: { forceLowercaseFilenames }, physical: { docroot: '/www' } }) as unknown as RequestState;

test('file= stays in the folder of the document', () => {
  const path = (name: string) => resolveFile(plain, name)?.path;
  assert.equal(path('b.txt'), '/www/sub/b.txt');
  assert.equal(path('%62.txt'), '/www/sub/b.txt');
  assert.equal(path('../../../etc/passwd'), '/www/sub/etc/passwd');
  assert.equal(path('/x/%2e%2e/%2e%2e/y'), '/www/sub/y');
  assert.equal(path('%ff'), undefined);
});

test('virtual= is a URL, below an alias too', () => {
  const path = (place: typeof plain, name: string) => resolveVirtual(request(), place, name)?.path;
  assert.equal(path(plain, 'b.txt'), '/www/sub/b.txt');
  assert.equal(path(plain, '/b.txt'), '/www/b.txt');
  assert.equal(path(plain, '../../../../etc/passwd'), '/www/etc/passwd');
  assert.equal(path(aliased, 'b.txt'), '/other/b.txt');
  assert.equal(path(aliased, '/al/x/b.txt'), '/other/x/b.txt');
  assert.equal(path(aliased, '/b.txt'), '/www/b.txt');
  assert.equal(path(plain, '/%c0%ae'), undefined);
  assert.equal(resolveVirtual(request(true), plain, '/SUB/B.TXT')?.path, '/www/sub/b.txt');
});
