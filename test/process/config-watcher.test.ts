import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfiguration } from '../../src/config/read.js';
import { ConfigWatcher } from '../../src/process/config-watcher.js';

/** Longer than the watcher waits for quiet. */
const settleMs = 1200;

/** A folder with a configuration, watched as the server does it; `changes` counts what the watcher has told. */
async function watching(action: (folder: string, changes: () => number) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'watch-'));
  mkdirSync(join(folder, 'conf.d'));
  writeFileSync(join(folder, 'main.conf'), 'include "conf.d/*.conf"\nserver.port = 80\n');
  writeFileSync(join(folder, 'conf.d', 'a.conf'), 'server.tag = "one"\n');
  const read = () => readConfiguration(join(folder, 'main.conf')).tree!;
  let changes = 0;
  const watcher = new ConfigWatcher(
    folder,
    () => {
      changes++;
      watcher.follow(read());
    },
    (message) => assert.fail(message),
  );
  watcher.follow(read());
  await sleep(settleMs);
  try {
    await action(folder, () => changes);
  } finally {
    watcher.close();
    rmSync(folder, { recursive: true });
  }
}

const saves: Readonly<Record<string, (path: string, text: string) => void>> = {
  'in place': (path, text) => writeFileSync(path, text),
  'renamed over': (path, text) => {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  },
  'with a backup, as vim does': (path, text) => {
    renameSync(path, `${path}~`);
    writeFileSync(path, text);
    unlinkSync(`${path}~`);
  },
  'removed and written anew': (path, text) => {
    unlinkSync(path);
    writeFileSync(path, text);
  },
};

for (const [how, save] of Object.entries(saves))
  test(`a file saved ${how} is one change, with the same text none`, () =>
    watching(async (folder, changes) => {
      const path = join(folder, 'conf.d', 'a.conf');
      save(path, 'server.tag = "one"\n');
      await sleep(settleMs);
      assert.equal(changes(), 0);
      save(path, 'server.tag = "two"\n');
      await sleep(settleMs);
      assert.equal(changes(), 1);
    }));

test('links that are swapped, as Kubernetes does it, are one change', () =>
  watching(async (folder, changes) => {
    const path = join(folder, 'conf.d', 'a.conf');
    for (const version of ['one', 'two']) {
      mkdirSync(join(folder, `..${version}`));
      writeFileSync(join(folder, `..${version}`, 'a.conf'), `server.tag = "${version}"\n`);
    }
    symlinkSync('..one', join(folder, '..data'));
    unlinkSync(path);
    symlinkSync('../..data/a.conf', path);
    await sleep(settleMs);
    assert.equal(changes(), 0);
    symlinkSync('..two', join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    await sleep(settleMs);
    assert.equal(changes(), 1);
  }));

test('a file that is still being written waits, and the end of it is one change', () =>
  watching(async (folder, changes) => {
    const path = join(folder, 'main.conf');
    for (const part of ['server.po', 'server.port = 8', 'server.port = 81\n']) {
      writeFileSync(path, part);
      await sleep(120);
      assert.equal(changes(), 0);
    }
    await sleep(settleMs);
    assert.equal(changes(), 1);
  }));

test('a file that a pattern finds is a change, what editors leave is none', () =>
  watching(async (folder, changes) => {
    for (const name of ['.a.conf.swp', 'a.conf~', '4913', 'notes.txt'])
      writeFileSync(join(folder, 'conf.d', name), 'x');
    await sleep(settleMs);
    assert.equal(changes(), 0);
    writeFileSync(join(folder, 'conf.d', 'b.conf'), 'server.name = "b"\n');
    await sleep(settleMs);
    assert.equal(changes(), 1);
  }));

test('what has changed before it was watched is told', () =>
  watching(async (folder, changes) => {
    const before = readConfiguration(join(folder, 'main.conf')).tree!;
    writeFileSync(join(folder, 'main.conf'), 'server.port = 82\n');
    let told = 0;
    const watcher = new ConfigWatcher(folder, () => told++, assert.fail);
    watcher.follow(before);
    await sleep(settleMs);
    watcher.close();
    assert.equal(told, 1);
    assert.equal(changes(), 1);
  }));
