import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArrayValue } from '../../../src/config/tree.js';
import { builtinMimeTypes, readMimeTypes } from '../../../src/modules/core/mime-types.js';
import { configValue } from '../../config/tree-of.js';

const read = (types: Record<string, string>) => readMimeTypes(configValue(types) as ArrayValue);

test('with few entries the first suffix in the order of the file wins', () => {
  const types = read({
    '.gz': 'a/gz',
    '.tar.gz': 'a/targz',
    README: 'a/readme',
    '': 'a/any',
    '.html': 'a/html',
  });
  assert.equal(types.typeOf('/w/x.TAR.gz'), 'a/gz');
  assert.equal(types.typeOf('/w/oldREADME'), 'a/readme');
  assert.equal(types.typeOf('/w/x.html'), 'a/any', 'the empty key hides what follows');
  assert.equal(read({ '.gz': 'a/gz' }).typeOf('/w/gz'), '');
});

const fillers = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`.f${i}`, `f/${i}`]));

test('with many entries the whole name wins, then the longest extension, then the empty key', () => {
  const types = read({
    ...fillers,
    '.gz': 'a/gz',
    '.tar.gz': 'a/targz',
    README: 'a/readme',
    bz2: 'a/bz2',
    '': 'a/any',
  });
  assert.equal(types.typeOf('/w/x.tar.gz'), 'a/targz');
  assert.equal(types.typeOf('/w/readme'), 'a/readme');
  assert.equal(types.typeOf('/w/oldREADME'), 'a/any');
  assert.equal(types.typeOf('/w/x.bz2'), 'a/bz2', 'a key without its dot');
  assert.equal(types.typeOf('/w/x..gz'), 'a/gz');
  assert.equal(types.typeOf('/w/x.'), 'a/any');
  assert.equal(types.typeOf('/w.gz/x'), 'a/any', 'a folder has no say');
  assert.equal(read({ ...fillers, a: 'x', b: 'x', c: 'x' }).typeOf('/w/none'), '');
});

test('the obsolete type of scripts is replaced, but only where it stands alone', () => {
  assert.equal(read({ '.JS': 'application/javascript' }).typeOf('/a.js'), 'text/javascript');
  assert.equal(
    read({ '.js': 'application/javascript; charset=utf-8' }).typeOf('/a.js'),
    'application/javascript; charset=utf-8',
  );
});

test('the built-in list comes first, then registered types, then plain bytes', () => {
  const types = builtinMimeTypes();
  assert.equal(types.typeOf('/w/x.tar.gz'), 'application/x-gtar-compressed');
  assert.equal(types.typeOf('/w/README'), 'text/plain;charset=utf-8');
  assert.equal(types.typeOf('/w/x.wasm'), 'application/wasm');
  assert.equal(types.typeOf('/w/x.xyz'), 'application/octet-stream');
  assert.equal(types.typeOf('/w/html'), 'application/octet-stream');
});
