import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { accepts } from '../helpers/ports.js';
import { runProgram } from '../helpers/programs.js';
import { startServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';
import { read, reload, workersOf } from './running-server.js';

const user = 'www-data';
const ids = (await runProgram(['id', '-u', user])).stdout.trim();
const groups = (await runProgram(['id', '-G', user])).stdout.trim().split(' ').sort();
const isRoot = process.getuid?.() === 0;
const skip = !isRoot ? 'only root may' : ids === '' ? `there is no user ${user}` : false;

/** A port that only root may open, and that nobody has. */
async function lowPort(): Promise<number> {
  for (;;) {
    const port = 600 + Math.floor(Math.random() * 400);
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer().once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

test('workers run as server.username, and a reload still opens what only root may', { skip }, async () => {
  // a folder that only root can have put there: elsewhere a log is opened with the user's rights alone
  const logs = mkdtempSync('/var/log/lighttpd-ts-');
  const first = await lowPort();
  const config = [
    `server.port = ${first}`,
    `server.username = "${user}"`,
    `server.groupname = "${user}"`,
    'server.max-worker = 2',
    'server.pid-file = "@ROOT@/pid"',
    `server.errorlog = "${logs}/error.log"`,
    `$SERVER["socket"] == "127.0.0.1:@PORT@" { }`,
  ];
  try {
    const server = await startServer(config, { 'www/a.txt': 'a' });
    assert.ok(await accepts(first, '127.0.0.1', () => false, 1000));
    assertUnprivileged(workersOf(server.pid));
    assert.match(read(`/proc/${server.pid}/status`), /^Uid:\t0\t0\t0\t0$/m);

    const second = await lowPort();
    const file = join(server.root, 'lighttpd.conf');
    const more = [
      `$SERVER["socket"] == "127.0.0.1:${second}" { }`,
      'server.modules += ( "mod_accesslog" )',
      `accesslog.filename = "${logs}/access.log"`,
    ];
    writeFileSync(file, `${read(file)}\n${more.join('\n')}\n`);
    const { status, stderr } = await reload(server);
    assert.equal(status, 0, stderr);
    assert.ok(await accepts(second, '127.0.0.1', () => false, 1000));
    assert.equal((await server.get('/a.txt')).status, 200);
    assert.ok(await until(() => workersOf(server.pid).length === 2), 'the old workers end');
    assertUnprivileged(workersOf(server.pid));
    await server.stop();
    assert.match(read(join(logs, 'access.log')), /GET \/a\.txt/);
    assert.equal(statSync(join(logs, 'access.log')).uid, 0);
  } finally {
    rmSync(logs, { recursive: true });
  }
});

function assertUnprivileged(workers: readonly number[]): void {
  assert.equal(workers.length, 2);
  for (const pid of workers) {
    const status = read(`/proc/${pid}/status`);
    assert.match(status, new RegExp(`^Uid:\\t${ids}\\t${ids}\\t${ids}\\t${ids}$`, 'm'));
    const held = /^Groups:\t(.*?) *$/m.exec(status)?.[1]?.split(' ').sort();
    assert.deepEqual(held, groups);
  }
}
