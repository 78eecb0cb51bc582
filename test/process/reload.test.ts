import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../helpers/ports.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';
import { read, reload, workersOf } from './running-server.js';

const basics = [
  'server.pid-file = "@ROOT@/pid"',
  'server.errorlog = "@ROOT@/error.log"',
  'server.max-worker = 2',
  'mimetype.assign = ( ".txt" => "text/plain" )',
  'server.feature-flags = ( "config.watch" => "disable" )',
];

/** Changes the configuration: what was there before, and further lines. */
function configure(server: TestServer, ...lines: string[]): void {
  const file = join(server.root, 'lighttpd.conf');
  const first = read(file).split('# changes\n', 1)[0];
  writeFileSync(file, `${first}# changes\n${lines.join('\n')}\n`);
}

const tagOf = async (server: TestServer) => (await server.get('/a.txt')).headers['server'];

describe('lighttpd-ts reload', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer([...basics, 'server.tag = "one"'], { 'www/a.txt': 'a' });
  });
  after(() => server.stop());

  test('returns when new requests are answered by the new configuration, and says what has changed', async () => {
    configure(server, 'server.tag := "two"');
    const old = workersOf(server.pid);
    const { status, stdout, stderr } = await reload(server);
    assert.equal(stderr, '');
    assert.match(stdout, /^reloaded; .*lighttpd\.conf changed: server\.tag\n$/);
    assert.equal(status, 0);
    assert.equal(await tagOf(server), 'two');
    assert.ok(await until(() => workersOf(server.pid).length === 2));
    assert.ok(workersOf(server.pid).every((pid) => !old.includes(pid)));
    assert.match(read(join(server.root, 'error.log')), /reloaded; .*server\.tag$/m);
  });

  const broken: readonly [string, (root: string, takenPort: number) => string, RegExp][] = [
    ['that is no configuration', () => 'server.tag = = "x"', /lighttpd\.conf:\d+:\d+: error:/],
    ['with a directive of the wrong type', () => 'server.max-keep-alive-idle = "x"', /max-keep-alive-idle/],
    ['with a missing include', () => 'include "none.conf"', /none\.conf/],
    ['with a failing include_shell', () => 'include_shell "exit 3"', /exit 3/],
    ['with a module that does not exist', () => 'server.modules += ( "mod_none" )', /mod_none/],
    [
      'with a log that cannot be opened',
      (root) => `$HTTP["host"] == "x" { server.errorlog = "${root}/none/x.log" }`,
      /none\/x\.log/,
    ],
    ['with a port in use', (_, port) => `$SERVER["socket"] == "127.0.0.1:${port}" { }`, /already in use/],
  ];
  for (const [what, line, expected] of broken)
    test(`leaves everything as it is for a configuration ${what}, and says why`, async () => {
      const other = createServer();
      const takenPort = await freePort();
      await new Promise<void>((resolve) => other.listen(takenPort, '127.0.0.1', resolve));
      const old = workersOf(server.pid);
      configure(server, 'server.tag := "broken"', line(server.root, takenPort));
      const { status, stderr } = await reload(server);
      other.close();
      assert.equal(status, 1);
      assert.match(stderr, expected);
      assert.equal(await tagOf(server), 'two');
      assert.ok(await until(() => workersOf(server.pid).length === 2));
      assert.deepEqual(workersOf(server.pid), old);
      assert.match(read(join(server.root, 'error.log')), /reload failed/);
    });

  test('opens sockets that are new and closes those that are gone', async () => {
    const port = await freePort();
    configure(server, `$SERVER["socket"] == "127.0.0.1:${port}" { server.tag := "new socket" }`);
    assert.equal((await reload(server)).status, 0);
    const answer = await fetch(`http://127.0.0.1:${port}/a.txt`, { headers: { connection: 'close' } });
    assert.equal(answer.headers.get('server'), 'new socket');
    configure(server, 'server.tag := "two"');
    assert.equal((await reload(server)).status, 0);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/a.txt`));
  });

  test('keeps a connection open over a reload, and answers its next request by the new configuration', async () => {
    const socket = createConnection({ port: server.port, host: '127.0.0.1' });
    const request = 'GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n';
    socket.write(request);
    assert.match(String(await once(socket, 'data')), /Server: two/);
    configure(server, 'server.tag := "three"');
    assert.equal((await reload(server)).status, 0);
    socket.write(request.slice(0, 20));
    configure(server, 'server.tag := "four"');
    assert.equal((await reload(server)).status, 0);
    socket.write(request.slice(20));
    assert.match(String(await once(socket, 'data')), /Server: four/);
    socket.destroy();
  });

  test('says so where there is no server', async () => {
    const { status, stderr } = await reload({ ...server, root: join(server.root, 'nowhere') });
    assert.equal(status, 2);
    assert.match(stderr, /no server answers/);
  });
});

test('a configuration that changes on disk is used without being told', async () => {
  const lines = basics.slice(0, -1);
  const server = await startServer([...lines, 'server.tag = "one"'], { 'www/a.txt': 'a' });
  await sleep(1000);
  configure(server, 'server.tag := "two"');
  assert.ok(await until(async () => (await tagOf(server)) === 'two'));
  configure(server, 'server.tag = = "broken"');
  assert.ok(await until(() => read(join(server.root, 'error.log')).includes('reload failed')));
  configure(server, 'server.tag := "three"');
  assert.ok(await until(async () => (await tagOf(server)) === 'three'));
  const reloads = () => read(join(server.root, 'error.log')).match(/reloaded;/g)?.length;
  assert.ok(await until(() => reloads() === 2));
  await server.stop();
});

test('SIGHUP opens logs anew, and no line is lost or doubled', async () => {
  const server = await startServer(
    [
      ...basics,
      'server.modules = ( "mod_accesslog" )',
      'accesslog.filename = "@ROOT@/access.log"',
      'accesslog.format = "%q"',
    ],
    { 'www/a.txt': 'a' },
  );
  const path = join(server.root, 'access.log');
  for (let i = 0; i < 60; i++) {
    if (i % 20 === 10) {
      renameSync(path, `${path}.${i}`);
      process.kill(server.pid, 'SIGHUP');
    }
    await server.get(`/a.txt?${i}`);
  }
  assert.ok(await until(() => read(path).includes('59')));
  const lines = ['.10', '.30', '.50', ''].flatMap((suffix) =>
    // (a file may be empty, where the next signal came before a line did)
    read(path + suffix)
      .split('\n')
      .filter((line) => line !== ''),
  );
  assert.deepEqual(
    lines,
    Array.from({ length: 60 }, (_, i) => String(i)),
  );
  assert.doesNotMatch(read(join(server.root, 'error.log')), /reloaded/);
  await server.stop();
});

test('SIGUSR1 starts new workers with the same configuration', async () => {
  const server = await startServer(basics, { 'www/a.txt': 'a' });
  const old = workersOf(server.pid);
  process.kill(server.pid, 'SIGUSR1');
  assert.ok(await until(() => workersOf(server.pid).every((pid) => !old.includes(pid))));
  assert.equal((await server.get('/a.txt')).status, 200);
  await server.stop();
});

test('a storm of signals leaves the server alive, with the last configuration', async () => {
  const server = await startServer([...basics, 'server.tag = "0"'], { 'www/a.txt': 'a' });
  for (let i = 1; i <= 1000; i++) {
    if (i % 100 === 0) configure(server, `server.tag := "${i}"`);
    process.kill(server.pid, i % 2 === 0 ? 'SIGUSR1' : 'SIGHUP');
    if (i % 10 === 0) await sleep(1);
  }
  assert.ok(await until(async () => (await tagOf(server)) === '1000', 30_000));
  assert.doesNotMatch(server.output(), /Debugger listening/);
  assert.ok(await until(() => workersOf(server.pid).length === 2));
  await server.stop();
});

test('a log folder that root alone may enter does not stop SIGHUP', {
  skip: process.getuid?.() !== 0,
}, async () => {
  const server = await startServer(basics, { 'www/a.txt': 'a' });
  mkdirSync(join(server.root, 'logs'));
  chmodSync(join(server.root, 'logs'), 0o700);
  configure(server, `server.errorlog := "${server.root}/logs/error.log"`);
  assert.equal((await reload(server)).status, 0);
  renameSync(join(server.root, 'logs', 'error.log'), join(server.root, 'logs', 'error.log.1'));
  process.kill(server.pid, 'SIGHUP');
  assert.ok(await until(() => read(join(server.root, 'logs', 'error.log')).includes('logfiles cycled')));
  await server.stop();
});
