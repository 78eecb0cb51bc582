import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalLogs } from '../../src/log/local-logs.js';
import { until } from '../helpers/until.js';

const folder = mkdtempSync(join(tmpdir(), 'logs-'));
after(() => rmSync(folder, { recursive: true }));

const reports: string[] = [];
const newLogs = (): LocalLogs =>
  new LocalLogs({ report: (place, message) => reports.push(`(${place}) ${message}`) });

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

test('few lines are written at once, with their bytes', async () => {
  const path = join(folder, 'few.log');
  const logs = newLogs();
  logs.open(path).write('\xe9\n');
  assert.equal(read(path), '\xe9\n');
  await logs.close();
});

test('many lines wait for a flush or a full batch', async () => {
  const path = join(folder, 'many.log');
  const logs = newLogs();
  const log = logs.open(path);
  for (let i = 0; i < 300; i++) log.write('x\n');
  const before = read(path).length;
  assert.ok(before < 600);
  log.flush();
  assert.equal(read(path).length, 600);
  for (let i = 0; i < 300; i++) log.write(`${'x'.repeat(99)}\n`);
  assert.ok(read(path).length >= 600 + 20_000);
  await logs.close();
  assert.equal(read(path).length, 30_600);
});

test('one name is one log, so that its lines keep their order', async () => {
  const path = join(folder, 'same.log');
  const logs = newLogs();
  logs.open(path).write('first\n');
  logs.open(path).write('second\n');
  await logs.close();
  assert.equal(read(path), 'first\nsecond\n');
});

test('rotation loses no line and doubles none', async () => {
  const path = join(folder, 'rotated.log');
  const logs = newLogs();
  const log = logs.open(path);
  for (let i = 0; i < 1000; i++) {
    log.write(`line ${i}\n`);
    if (i % 100 !== 50) continue;
    renameSync(path, `${path}.${i}`);
    logs.reopen();
  }
  await logs.close();
  const files = [...Array.from({ length: 10 }, (_, i) => `${path}.${i * 100 + 50}`), path];
  const lines = files.flatMap((file) => read(file).split('\n').slice(0, -1));
  assert.deepEqual(
    lines,
    Array.from({ length: 1000 }, (_, i) => `line ${i}`),
  );
});

test('a file that cannot be opened anew stays in use, and is reported', async () => {
  const path = join(folder, 'sub', 'x.log');
  const { mkdirSync } = await import('node:fs');
  mkdirSync(join(folder, 'sub'));
  const logs = newLogs();
  const log = logs.open(path);
  renameSync(join(folder, 'sub'), join(folder, 'moved'));
  logs.reopen();
  log.write('still here\n');
  await logs.close();
  assert.equal(read(join(folder, 'moved', 'x.log')), 'still here\n');
  assert.match(reports.at(-1) ?? '', /error cycling log .*x\.log: No such file or directory$/);
});

test('a log that cannot be opened says why', () => {
  assert.throws(() => newLogs().open(join(folder, 'none', 'x.log')), { code: 'ENOENT' });
});

test('a full disk is reported once, and the server goes on', async () => {
  const logs = newLogs();
  const log = logs.open('/dev/full');
  const before = reports.length;
  for (let i = 0; i < 3; i++) {
    log.write('x\n');
    log.flush();
  }
  assert.deepEqual(
    reports.slice(before).map((text) => text.replace(/^\S+ /, '')),
    ['error flushing log /dev/full: No space left on device'],
  );
  await logs.close();
});

test('a program gets every line, over a reopen too', async () => {
  const path = join(folder, 'program.log');
  const logs = newLogs();
  const log = logs.open(`|cat >${path}`);
  log.write('one\n');
  logs.reopen();
  log.write('two\n');
  await logs.close();
  assert.ok(await until(() => read(path) === 'one\ntwo\n'));
});

test('lines wait for a program that has ended until it runs again', async () => {
  const path = join(folder, 'restarted.log');
  const logs = newLogs();
  const log = logs.open(`|read line; echo "$line" >>${path}`);
  log.write('one\n');
  log.flush();
  assert.ok(await until(() => read(path) === 'one\n'));
  await sleep(100);
  log.write('two\n');
  log.flush();
  assert.ok(await until(() => read(path) === 'one\n'));
  await sleep(5000);
  assert.ok(await until(() => read(path) === 'one\ntwo\n'));
  await logs.close();
});
