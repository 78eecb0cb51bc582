import assert from 'node:assert/strict';
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileSpec } from '../helpers/lay-out.js';
import { freePort } from '../helpers/ports.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';
import { isRunning, reload, workersOf } from './running-server.js';

/** Answers each request of SCGI with its process id and user; accepts on its standard input. */
const program: FileSpec = {
  mode: '755',
  text: `#!${process.execPath}
const { createServer } = require('node:net');
const identity = [process.getuid(), process.getgid(), process.getgroups().join('-')].join(' ');
createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end('Status: 200\\r\\nContent-Type: text/plain\\r\\n\\r\\n' + process.pid + ' ' + identity));
}).listen({ fd: 0 });
`,
};

function start(options: string, more: readonly string[] = []): Promise<TestServer> {
  const config = [
    'server.modules = ( "mod_scgi" )',
    'server.pid-file = "@ROOT@/pid"',
    `scgi.server = ( "/p" => (( "bin-path" => "@ROOT@/program", "check-local" => "disable", ${options} )) )`,
    ...more,
  ];
  return startServer(config, { program });
}

const one = '"socket" => "@ROOT@/socket", "max-procs" => 1';

async function ask(server: TestServer): Promise<string> {
  const { status, body } = await server.get('/p');
  assert.equal(status, 200, String(body));
  return String(body);
}

const pidOf = async (server: TestServer) => Number((await ask(server)).split(' ')[0]);

/** Asks all the time; gives the process ids that answered. Each request must be answered. */
async function askWhile(server: TestServer, action: () => Promise<unknown>): Promise<Set<number>> {
  const seen = new Set<number>();
  let isOver = false;
  const asking = (async () => {
    while (!isOver) seen.add(await pidOf(server));
  })();
  try {
    await action();
  } finally {
    isOver = true;
    await asking;
  }
  return seen;
}

async function reloadByChange(server: TestServer): Promise<void> {
  const [worker] = workersOf(server.pid);
  appendFileSync(join(server.root, 'lighttpd.conf'), '# changed\n');
  assert.ok(await until(() => !isRunning(worker)), `the change reloads\n${server.output()}`);
}

test('a program serves on over a reload, and every request is answered', async () => {
  const server = await start(one);
  const before = await pidOf(server);
  const seen = await askWhile(server, () => reloadByChange(server));
  assert.deepEqual([...seen], [before]);
  await server.stop();
});

const restarts: Readonly<Record<string, (server: TestServer) => unknown>> = {
  SIGUSR1: ({ pid }) => process.kill(pid, 'SIGUSR1'),
  '`reload`': async (server) => {
    const { status, stderr } = await reload(server);
    assert.equal(status, 0, stderr);
  },
};
for (const [name, restart] of Object.entries(restarts)) {
  test(`${name} starts programs anew, and every request is answered`, async () => {
    const server = await start(one);
    const before = await pidOf(server);
    const seen = await askWhile(server, async () => {
      await restart(server);
      assert.ok(await until(() => !isRunning(before)), 'the old program has gone');
    });
    assert.equal(seen.size, 2);
    const after = await pidOf(server);
    assert.notEqual(after, before);
    await server.stop();
    assert.ok(await until(() => !isRunning(after)));
  });
}

test('a port is kept by its program over every reload', async () => {
  const server = await start(`"host" => "127.0.0.1", "port" => ${await freePort()}, "max-procs" => 1`);
  const before = await pidOf(server);
  const seen = await askWhile(server, () => reload(server));
  assert.deepEqual([...seen], [before]);
  await server.stop();
});

test('workers share their programs, and one that dies takes none along', async () => {
  const server = await start(one, ['server.max-worker = 2']);
  const pid = await pidOf(server);
  const [worker] = workersOf(server.pid);
  process.kill(worker, 'SIGKILL');
  const hasTwo = () => workersOf(server.pid).filter((id) => id !== worker).length === 2;
  const seen = await askWhile(server, () => until(hasTwo));
  assert.deepEqual([...seen], [pid]);
  await server.stop();
});

test('a program that dies is started again; the end of the server takes program and socket away', async () => {
  const server = await start(one);
  const first = await pidOf(server);
  const socket = join(server.root, 'socket-0');
  await sleep(1100);
  process.kill(first, 'SIGKILL');
  let second = first;
  const isBack = async () => {
    const { status, body } = await server.get('/p');
    second = status === 200 ? Number(String(body).split(' ')[0]) : first;
    return second !== first;
  };
  assert.ok(await until(isBack));
  assert.match(server.output(), /child signalled: SIGKILL unix:.*socket-0/);
  assert.ok(existsSync(socket));
  process.kill(server.pid, 'SIGINT');
  assert.ok(await until(() => !isRunning(second) && !existsSync(socket)));
  await server.stop();
});

test('with min-procs = 0 a program is started on demand, and ends when it is idle', async () => {
  const server = await start(`${one}, "min-procs" => 0, "idle-timeout" => 1`);
  assert.equal(existsSync(join(server.root, 'socket-0')), false);
  const first = await pidOf(server);
  assert.ok(await until(() => !isRunning(first), 15_000), 'it ends');
  await reloadByChange(server);
  const second = await pidOf(server);
  assert.notEqual(second, first);
  await server.stop();
});

test('a program of another server is used while it is there, and replaced when it has gone', async () => {
  const other = await start(one);
  const config = [
    'server.modules = ( "mod_scgi" )',
    `scgi.server = ( "/p" => (( "bin-path" => "${other.root}/program", "check-local" => "disable",`,
    `  "socket" => "${other.root}/socket", "max-procs" => 1 )) )`,
  ];
  const server = await startServer(config);
  const theirs = await pidOf(other);
  assert.equal(await pidOf(server), theirs);
  process.kill(other.pid, 'SIGINT');
  assert.ok(await until(() => !isRunning(theirs)));
  const isBack = async () => (await server.get('/p')).status === 200;
  assert.ok(await until(isBack, 20_000), server.output());
  await server.stop();
  await other.stop();
});

const isRoot = process.getuid?.() === 0;

test('programs run as server.username, whose their socket is', {
  skip: !isRoot && 'only root may',
}, async () => {
  const server = await start('"socket" => "/tmp/@PORT@.socket", "max-procs" => 1', [
    'server.username = "www-data"',
    'server.groupname = "www-data"',
  ]);
  const [, uid, gid, groups] = (await ask(server)).split(' ');
  const socket = statSync(`/tmp/${server.port}.socket-0`);
  assert.deepEqual([Number(uid), Number(gid), groups], [socket.uid, socket.gid, gid]);
  assert.notEqual(socket.uid, 0);
  // nothing is left of the name it was bound under
  assert.equal(existsSync(`/tmp/${server.port}.socket-0~`), false);
  await server.stop();
  assert.equal(existsSync(`/tmp/${server.port}.socket-0`), false);
});
