import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readFolder } from '../../src/files/read-folder.js';
import { readText } from '../../src/files/read-text.js';
import { replaceFile } from '../../src/files/replace-file.js';

const folder = mkdtempSync(join(tmpdir(), 'folder-files-'));
after(() => rmSync(folder, { recursive: true }));

test('a folder is read with what each name is; links to nowhere and unwanted names are left out', async () => {
  const path = join(folder, 'list/');
  mkdirSync(join(path, 'sub'), { recursive: true });
  writeFileSync(Buffer.from(`${path}\xfc.txt`, 'latin1'), '123');
  utimesSync(Buffer.from(`${path}\xfc.txt`, 'latin1'), 1_600_000_000.9, 1_600_000_000.9);
  writeFileSync(join(path, 'hidden'), '');
  symlinkSync('sub', join(path, 'link'));
  symlinkSync('nowhere', join(path, 'dangling'));
  const entries = await readFolder(path, (name) => name !== 'hidden');
  const found = new Map(entries.map((entry) => [entry.name, entry]));
  assert.deepEqual([...found.keys()].sort(), ['link', 'sub', '\xfc.txt']);
  assert.ok(found.get('link')!.isDirectory);
  assert.deepEqual(found.get('\xfc.txt'), {
    name: '\xfc.txt',
    isDirectory: false,
    size: 3,
    mtime: 1_600_000_000,
  });
});

test('a folder that cannot be read says so', async () => {
  await assert.rejects(
    readFolder(`${folder}/missing/`, () => true),
    /ENOENT/,
  );
});

test('a large folder leaves room for other work', async () => {
  const path = join(folder, 'many/');
  mkdirSync(path);
  for (let i = 0; i < 2000; i++) writeFileSync(`${path}${i}`, '');
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  assert.equal((await readFolder(path, () => true)).length, 2000);
  clearInterval(timer);
  assert.ok(turns >= 3, `${turns} turns`);
});

test('a file is replaced whole, in folders that are made, for the own user alone', async () => {
  const path = join(folder, 'made/for/it/file');
  await replaceFile(path, 'one');
  const entry = await replaceFile(path, 'two \xfc');
  assert.equal(readFileSync(path, 'latin1'), 'two \xfc');
  assert.equal(entry.size, 5);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'made/for')).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(join(folder, 'made/for/it')), ['file']);
});

test('a file that cannot be replaced leaves nothing behind', async () => {
  const path = join(folder, 'made/for/it/folder');
  mkdirSync(join(path, 'x'), { recursive: true });
  await assert.rejects(replaceFile(path, 'text'));
  assert.deepEqual(readdirSync(join(folder, 'made/for/it')).sort(), ['file', 'folder']);
});

test('the text of a file, or nothing', async () => {
  const path = join(folder, 'text');
  writeFileSync(path, 'a \xfc', 'latin1');
  assert.equal(await readText(path), 'a \xfc');
  assert.equal(await readText(folder), '');
  assert.equal(await readText(join(folder, 'missing')), '');
});
