import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileEtag } from '../../src/files/file-etag.js';
import { containsSymlink, StatCache, StatEntry } from '../../src/files/stat-cache.js';

const folder = mkdtempSync(join(tmpdir(), 'stat-cache-'));
after(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  return path;
};

function entryOf(cache: StatCache, path: string): StatEntry {
  const entry = cache.get(path);
  assert.ok(entry instanceof StatEntry, `${path}: ${String(entry)}`);
  return entry;
}

test('what is known is not asked again in the same second, and is in the next', () => {
  let now = 1;
  const cache = new StatCache(() => now);
  const path = inFolder('second', 'one');
  assert.equal(entryOf(cache, path).size, 3);
  writeFileSync(path, 'longer');
  assert.equal(entryOf(cache, path).size, 3);
  now = 2;
  assert.equal(entryOf(cache, path).size, 6);
});

test('a disabled cache asks each time', () => {
  const cache = new StatCache(() => 1, false);
  const path = inFolder('disabled', 'one');
  assert.equal(entryOf(cache, path).size, 3);
  writeFileSync(path, 'longer');
  assert.equal(entryOf(cache, path).size, 6);
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('what does not exist is asked for once a turn of the event loop', async () => {
  const cache = new StatCache(() => 1);
  const path = join(folder, 'later');
  assert.equal(cache.get(path), 'ENOENT');
  writeFileSync(path, 'here');
  assert.equal(cache.get(path), 'ENOENT');
  await nextTurn();
  assert.equal(entryOf(cache, path).size, 4);
});

test('a disabled cache asks each time for what does not exist', () => {
  const cache = new StatCache(() => 1, false);
  const path = join(folder, 'later and at once');
  assert.equal(cache.get(path), 'ENOENT');
  writeFileSync(path, 'here');
  assert.equal(entryOf(cache, path).size, 4);
});

test('errors have the names of the system', () => {
  const cache = new StatCache(() => 1);
  const file = inFolder('plain', 'text');
  symlinkSync('loop', join(folder, 'loop'));
  assert.equal(cache.get(`${file}/below`), 'ENOTDIR');
  assert.equal(cache.get(`${folder}/${'x'.repeat(300)}`), 'ENAMETOOLONG');
  assert.equal(cache.get(join(folder, 'loop')), 'ELOOP');
  assert.equal(cache.get(`${folder}/a\0b`), 'ENOENT');
});

test('a larger file is kept once it has been asked for often, and never one above 1 MiB', () => {
  const cache = new StatCache(() => 1);
  const path = inFolder('larger', Buffer.alloc(1024 * 1024, 'x').toString());
  const entry = entryOf(cache, path);
  for (let i = 1; i < 8; i++) assert.equal(cache.content(entry), null, `asked ${i} times`);
  const content = cache.content(entry);
  assert.equal(content?.length, 1024 * 1024);
  assert.equal(cache.content(entry), content);
  const beyond = entryOf(cache, inFolder('beyond', Buffer.alloc(1024 * 1024 + 1, 'x').toString()));
  for (let i = 0; i < 20; i++) assert.equal(cache.content(beyond), null);
});

test('the content of a small file is kept until the file changes', () => {
  let now = 1;
  const cache = new StatCache(() => now);
  const path = inFolder('content', 'first');
  const entry = entryOf(cache, path);
  const content = cache.content(entry);
  assert.equal(content?.toString(), 'first');
  assert.equal(cache.content(entry), content);
  now = 2;
  assert.equal(entryOf(cache, path), entry, 'an unchanged file keeps its entry');
  writeFileSync(path, 'other');
  now = 3;
  assert.equal(cache.content(entryOf(cache, path))?.toString(), 'other');
});

test('a file that changed between question and reading is not given with the old facts', () => {
  const cache = new StatCache(() => 1);
  const path = inFolder('race', 'first');
  const entry = entryOf(cache, path);
  writeFileSync(path, 'second, longer');
  assert.equal(cache.content(entry), null);
});

test('large files are not kept in memory', () => {
  const cache = new StatCache(() => 1);
  const path = inFolder('large', 'x'.repeat(70_000));
  assert.equal(cache.content(entryOf(cache, path)), null);
});

test('names are bytes', () => {
  const cache = new StatCache(() => 1);
  const latin1 = Buffer.from('grün', 'utf8').toString('latin1');
  mkdirSync(join(folder, 'grün'));
  assert.ok(entryOf(cache, `${folder}/${latin1}`).isDirectory);
});

test('a link anywhere in the path is seen', () => {
  const path = inFolder('target', 'x');
  symlinkSync(folder, join(folder, 'link'));
  assert.equal(containsSymlink(path), false);
  assert.equal(containsSymlink(join(folder, 'link', 'target')), true);
});

test('entries that nobody asks for leave the cache', () => {
  let now = 1;
  const cache = new StatCache(() => now);
  const path = inFolder('old', 'x');
  const entry = entryOf(cache, path);
  now = 100;
  cache.expire(60);
  assert.notEqual(entryOf(cache, path), entry);
});

test('an ETag hangs on the facts that are chosen, and on them alone', () => {
  const cache = new StatCache(() => 1);
  const one = entryOf(cache, inFolder('etag-one', 'same'));
  const two = entryOf(cache, inFolder('etag-two', 'same'));
  const sizeAndTime = { inode: false, size: true, mtime: true };
  assert.match(fileEtag(one, sizeAndTime), /^"\d+"$/);
  assert.equal(fileEtag(one, sizeAndTime), fileEtag(two, sizeAndTime));
  const all = { inode: true, size: true, mtime: true };
  assert.notEqual(fileEtag(one, all), fileEtag(two, all));
  assert.equal(fileEtag(one, { inode: false, size: false, mtime: false }), '');
});

test('the ETag is the number that lighttpd makes', () => {
  // lighttpd 1.4.86 with etag.use-inode disabled: 4 bytes, modified at 1700000000
  const entry = entryOf(new StatCache(() => 1), inFolder('etag-known', 'same'));
  assert.equal(fileEtag(entry, { inode: false, size: true, mtime: true }), '"1210072288"');
});
