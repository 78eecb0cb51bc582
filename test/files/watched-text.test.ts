import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WatchedText } from '../../src/files/watched-text.js';

const folder = mkdtempSync(join(tmpdir(), 'watched-text-'));
after(() => rmSync(folder, { recursive: true }));

/** A file, and how often it has been parsed. */
function watched(name: string, bytesMax = 1000): { path: string; get: () => string; reads: () => number } {
  let reads = 0;
  const path = join(folder, name);
  const file = new WatchedText(path, bytesMax, (text) => `${++reads}: ${text}`);
  return { path, get: () => file.get(), reads: () => reads };
}

test('a file is parsed once until it changes, by writing to it or by replacing it', () => {
  const { path, get } = watched('users');
  writeFileSync(path, 'one');
  utimesSync(path, 1000, 1000);
  assert.equal(get(), '1: one');
  assert.equal(get(), '1: one');
  writeFileSync(path, 'two');
  utimesSync(path, 1001, 1001);
  assert.equal(get(), '2: two');
  writeFileSync(`${path}.new`, 'six');
  utimesSync(`${path}.new`, 1001, 1001);
  renameSync(`${path}.new`, path);
  assert.equal(get(), '3: six');
});

test('a file that changed a moment ago is read again, for its time may not tell the next change', () => {
  const { path, get, reads } = watched('racy');
  for (const text of ['one', 'two', 'six']) {
    writeFileSync(path, text);
    assert.match(get(), new RegExp(`: ${text}$`));
  }
  assert.equal(reads(), 3);
});

test('what cannot be read says why, and works once it can', () => {
  const { path, get } = watched('missing', 5);
  assert.throws(get, /ENOENT/);
  writeFileSync(path, 'too long');
  assert.throws(get, /larger than 5 bytes/);
  writeFileSync(path, 'fine');
  assert.equal(get(), '1: fine');
  assert.throws(() => new WatchedText(folder, 5, String).get(), /not a regular file/);
});
