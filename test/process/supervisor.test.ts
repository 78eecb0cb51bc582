import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts, freePort } from '../helpers/ports.js';
import { runProgram, serverCommand } from '../helpers/programs.js';
import { startServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';
import { isRunning, read, workersOf } from './running-server.js';

const basics = [
  'server.pid-file = "@ROOT@/pid"',
  'server.errorlog = "@ROOT@/error.log"',
  'server.max-worker = 2',
];
const site = { 'www/a.txt': 'a', 'www/large.bin': { repeat: ['x', 20_000_000] as [string, number] } };

test('a worker that is killed is replaced within a second, and no new connection is refused', async () => {
  const server = await startServer(basics, site);
  for (const victim of workersOf(server.pid)) {
    process.kill(victim, 'SIGKILL');
    const killedAt = performance.now();
    assert.equal((await server.get('/a.txt')).status, 200);
    assert.ok(
      await until(() => workersOf(server.pid).length === 2 && !workersOf(server.pid).includes(victim)),
    );
    assert.ok(performance.now() - killedAt < 5000);
    assert.equal((await server.get('/a.txt')).status, 200);
  }
  assert.match(
    read(join(server.root, 'error.log')),
    /worker \d+ ended \(signal SIGKILL\); another one starts/,
  );
  await server.stop();
});

test('a single worker that is killed leaves its socket open: connections wait for the next one', async () => {
  const server = await startServer([...basics.slice(0, 2), 'server.max-worker = 1'], site);
  process.kill(workersOf(server.pid)[0], 'SIGKILL');
  assert.equal((await server.get('/a.txt')).status, 200);
  await server.stop();
});

test('without the supervisor workers end, and the port is free', async () => {
  const server = await startServer(basics, site);
  const workers = workersOf(server.pid);
  process.kill(server.pid, 'SIGKILL');
  assert.ok(await until(() => !workers.some(isRunning)));
  // a dying process counts as ended a moment before its last thread lets go of the socket
  assert.ok(await until(async () => !(await accepts(server.port, '127.0.0.1', () => false, 200)), 2000));
  await server.stop();
});

test('SIGTERM ends at once, with status 0, and without pid file and socket file', async () => {
  const server = await startServer([...basics, '$SERVER["socket"] == "@ROOT@/web.sock" { }'], site);
  assert.equal(read(join(server.root, 'pid')), `${server.pid}\n`);
  assert.ok(statSync(join(server.root, 'web.sock')).isSocket());
  process.kill(server.pid, 'SIGTERM');
  assert.ok(await until(() => !isRunning(server.pid)));
  assert.equal(read(join(server.root, 'pid')), '');
  assert.throws(() => statSync(join(server.root, 'web.sock')));
  assert.match(
    read(join(server.root, 'error.log')),
    /server started \(lighttpd-ts.*\n(.*\n)*.*server stopped by UID = 0 PID = 0\n$/,
  );
  await server.stop();
});

test('a server that is told to stop while it starts ends with status 0', async () => {
  const server = await startServer(basics, site);
  const file = join(server.root, 'early.conf');
  const own = ['server.document-root = "/tmp"', 'server.bind = "127.0.0.1"', 'server.max-worker = 2'];
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    for (let afterMs = 300; afterMs < 1100; afterMs += 80) {
      const port = await freePort();
      writeFileSync(file, [...own, `server.port = ${port}`, ''].join('\n'));
      const child = spawn(serverCommand[0], [...serverCommand.slice(1), '-D', '-f', file]);
      const ended = once(child, 'exit');
      await sleep(afterMs);
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      const [status, killedBy] = await ended;
      clearTimeout(late);
      // before anything handles it, the signal ends the program by itself
      assert.ok(status === 0 || killedBy === signal, `${signal} after ${afterMs} ms: ${status} ${killedBy}`);
    }
  await server.stop();
});

test('SIGINT lets an answer finish, and takes no new connections', async () => {
  const server = await startServer(basics, site);
  const socket = createConnection({ port: server.port, host: '127.0.0.1' });
  socket.write('GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n');
  await once(socket, 'readable');
  process.kill(server.pid, 'SIGINT');
  assert.ok(await until(async () => !(await accepts(server.port, '127.0.0.1', () => false, 50))));
  let bytes = 0;
  for await (const chunk of socket) bytes += (chunk as Buffer).length;
  assert.ok(bytes > 20_000_000);
  assert.ok(await until(() => !isRunning(server.pid)));
  await server.stop();
});

test('SIGINT waits no longer than server.graceful-shutdown-timeout', async () => {
  const server = await startServer(
    [...basics, 'server.feature-flags = ( "server.graceful-shutdown-timeout" => 1 )'],
    site,
  );
  const socket = createConnection({ port: server.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.write('GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n');
  await sleep(300);
  process.kill(server.pid, 'SIGINT');
  assert.ok(await until(() => !isRunning(server.pid), 6000));
  await server.stop();
});

test('-i ends a server that nobody uses', async () => {
  const server = await startServer(basics.slice(0, 2), site, ['-i', '2']);
  assert.equal(workersOf(server.pid).length, 1);
  await sleep(1000);
  assert.equal((await server.get('/a.txt')).status, 200);
  assert.ok(await until(() => !isRunning(server.pid), 8000));
  assert.match(
    read(join(server.root, 'error.log')),
    /idle timeout 2s exceeded, initiating graceful shutdown/,
  );
  await server.stop();
});

test('a server that cannot start says why, and ends with 255', async () => {
  const other = await startServer(basics, site);
  const port = await freePort();
  const config = (line: string) =>
    `server.document-root = "/tmp"\nserver.bind = "127.0.0.1"\nserver.port = ${port}\n${line}\n`;
  const start = async (line: string) => {
    const file = join(other.root, 'second.conf');
    writeFileSync(file, config(line));
    return runProgram([...serverCommand, '-D', '-f', file]);
  };
  const problems: readonly [string, RegExp][] = [
    [`$SERVER["socket"] == "127.0.0.1:${other.port}" { }`, /cannot listen on .*: Address already in use/],
    ['server.errorlog = "/nonexistent/e.log"', /No such file or directory/],
    [
      'server.pid-file = "/nonexistent/pid"',
      /opening pid-file failed: \/nonexistent\/pid: No such file or directory/,
    ],
    ['server.username = "nobody-of-this-name"', /can't find username nobody-of-this-name/],
  ];
  for (const [line, expected] of problems) {
    if (line.includes('username') && process.getuid?.() !== 0) continue;
    const { status, stderr } = await start(line);
    assert.match(stderr, expected);
    assert.equal(status, 255);
  }
  await other.stop();
});

test('figures of all workers are in each of them', async () => {
  const server = await startServer(
    [...basics, 'server.modules = ( "mod_status" )', 'status.status-url = "/status"'],
    site,
  );
  for (let i = 0; i < 20; i++) await server.get('/a.txt');
  await sleep(2500);
  const seen = new Set<string>();
  for (let i = 0; i < 8; i++)
    seen.add(/Total Accesses: (\d+)/.exec((await server.get('/status?auto')).body.toString())?.[1] ?? '');
  assert.ok(
    [...seen].every((count) => Number(count) >= 20),
    [...seen].join(' '),
  );
  await server.stop();
});
