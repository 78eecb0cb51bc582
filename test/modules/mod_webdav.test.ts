import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../helpers/ports.js';
import { runProgram, startProgram, stopProgram } from '../helpers/programs.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const lighttpd = '/usr/sbin/lighttpd';
const lighttpdModule = '/usr/lib/lighttpd/mod_webdav.so';
const litmus = '/usr/bin/litmus';
const without = (...files: string[]) => files.filter((file) => !existsSync(file)).join() || false;

const config = [
  'server.modules = ( "mod_webdav" )',
  'webdav.activate = "enable"',
  'webdav.sqlite-db-name = "@ROOT@/run/webdav.db"',
  'mimetype.assign = ( ".txt" => "text/plain" )',
  'server.max-worker = 2',
];
const files = { 'run/.keep': '', 'www/a.txt': 'alpha', 'www/c/m.txt': 'member' };

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One request on a connection of its own, so that every worker gets some. */
async function ask(
  { url }: Pick<TestServer, 'url'>,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const answer = await fetch(url + path, {
    method,
    headers: { Connection: 'close', 'Content-Type': 'application/xml', ...headers },
    body,
    redirect: 'manual',
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const update = (inner: string) => `<propertyupdate xmlns="DAV:" xmlns:x="urn:x">${inner}</propertyupdate>`;
const wanted = '<propfind xmlns="DAV:" xmlns:x="urn:x"><prop><x:one/><x:two/></prop></propfind>';
const properties = (server: Pick<TestServer, 'url'>, path: string) =>
  ask(server, 'PROPFIND', path, { Depth: '0' }, wanted);
const lockBody =
  '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>me</owner></lockinfo>';

test('properties are kept as XML, all that a request names, and go with their resource', async () => {
  const server = await startServer(config, files);
  const both = '<set><prop><x:one>1 &amp; <x:b at="no">é</x:b></x:one><x:two/></prop></set>';
  assert.equal((await ask(server, 'PROPPATCH', '/a.txt', {}, update(both))).status, 204);
  const one = '<one xmlns="urn:x">1 &amp; <b xmlns="urn:x">é</b></one>';
  const { text } = await properties(server, '/a.txt');
  assert.ok(text.includes(one) && text.includes('<two xmlns="urn:x"/>'), text);
  assert.ok(!text.includes('404'));
  const to = (path: string) => ({ Destination: server.url + path });
  assert.equal((await ask(server, 'COPY', '/a.txt', to('/b.txt'))).status, 201);
  assert.equal((await ask(server, 'MOVE', '/a.txt', to('/c/a.txt'))).status, 201);
  assert.equal((await ask(server, 'MOVE', '/c/', to('/d/'))).status, 200);
  for (const path of ['/b.txt', '/d/a.txt'])
    assert.ok((await properties(server, path)).text.includes(one), path);
  assert.equal((await ask(server, 'DELETE', '/b.txt')).status, 204);
  assert.equal((await ask(server, 'PUT', '/b.txt', {}, 'new')).status, 201);
  assert.ok(!(await properties(server, '/b.txt')).text.includes(one));
  const remove = update('<remove><prop><x:one/></prop></remove>');
  assert.equal((await ask(server, 'PROPPATCH', '/d/a.txt', {}, remove)).status, 204);
  assert.match((await properties(server, '/d/a.txt')).text, /<one xmlns="urn:x"\/>.*404/s);
  await server.stop();
});

test('a request with one property that cannot be set changes none', async () => {
  const server = await startServer(config, files);
  const body = update('<set><prop><x:one>1</x:one><getetag>2</getetag></prop></set>');
  const { status, text } = await ask(server, 'PROPPATCH', '/a.txt', {}, body);
  assert.equal(status, 207);
  assert.match(text, /<one xmlns="urn:x"\/><\/D:prop>\s*<D:status>HTTP\/1.1 424 /);
  assert.match(text, /<getetag xmlns="DAV:"\/><\/D:prop>.*cannot-modify-protected-property.* 403 /s);
  assert.match((await properties(server, '/a.txt')).text, /<one xmlns="urn:x"\/>.*404/s);
  await server.stop();
});

test('a lock holds at every worker, and ends after its time', async () => {
  const server = await startServer(config, files);
  const taken = await ask(server, 'LOCK', '/a.txt', { Timeout: 'Infinite, Second-5' }, lockBody);
  assert.equal(taken.status, 200);
  assert.equal(taken.headers.get('timeout'), 'Second-5');
  const token = taken.headers.get('lock-token') ?? '';
  for (let count = 0; count < 10; count++) {
    assert.equal((await ask(server, 'PUT', '/a.txt', {}, 'x')).status, 423);
    assert.equal((await ask(server, 'PUT', '/a.txt', { If: `(${token})` }, `mine ${count}`)).status, 204);
  }
  assert.ok(await until(async () => (await ask(server, 'PUT', '/a.txt', {}, 'x')).status === 204));
  assert.equal((await ask(server, 'LOCK', '/a.txt', { If: `(${token})` })).status, 412, 'it has gone');
  await server.stop();
});

test('what has been written is what is read next', async () => {
  const server = await startServer(config.slice(0, -1), files);
  for (let count = 0; count < 20; count++) {
    assert.equal((await ask(server, 'PUT', '/a.txt', {}, `number ${count}`)).status, 204);
    assert.equal((await ask(server, 'GET', '/a.txt')).text, `number ${count}`);
    assert.equal((await ask(server, 'PUT', '/a.txt')).status, 204);
    assert.equal((await ask(server, 'GET', '/a.txt')).text, '');
  }
  assert.equal((await ask(server, 'DELETE', '/c/')).status, 204);
  assert.equal((await ask(server, 'GET', '/c/m.txt')).status, 404);
  await server.stop();
});

test('an upload is not seen before it is whole, and leaves nothing where it breaks off', async () => {
  const server = await startServer(config, files);
  const before = readdirSync(join(server.root, 'www'));
  const socket = createConnection({ port: server.port, host: '127.0.0.1' });
  socket.write('PUT /new.bin HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n');
  socket.write(Buffer.alloc(200_000));
  await sleep(300);
  assert.deepEqual(readdirSync(join(server.root, 'www')), before);
  socket.destroy();
  await sleep(300);
  assert.deepEqual(readdirSync(join(server.root, 'www')), before);
  const large = 'x'.repeat(3_000_000);
  assert.equal((await ask(server, 'PUT', '/new.bin', {}, large)).status, 201);
  assert.equal(readFileSync(join(server.root, 'www/new.bin'), 'latin1'), large);
  await server.stop();
});

test('a database that a killed process held is free after a while', async () => {
  const server = await startServer(config, files);
  assert.equal((await properties(server, '/a.txt')).status, 207);
  const held = join(server.root, 'run/webdav.db.lock');
  mkdirSync(held);
  utimesSync(held, 1, 1);
  assert.equal((await ask(server, 'LOCK', '/a.txt', {}, lockBody)).status, 200);
  await server.stop();
});

test('properties that lighttpd has kept are found', { skip: without(lighttpd, lighttpdModule) }, async () => {
  const server = await startServer(config, files);
  const port = await freePort();
  const theirs = readFileSync(join(server.root, 'lighttpd.conf'), 'latin1')
    .replaceAll(String(server.port), String(port))
    .replace('server.max-worker = 2', '');
  const file = join(server.root, 'theirs.conf');
  writeFileSync(file, theirs);
  const program = startProgram([lighttpd, '-D', '-f', file], { cwd: server.root });
  const other = { url: `http://127.0.0.1:${port}` };
  const set = update('<set><prop><x:one>theirs</x:one></prop></set>');
  const isSet = async () => (await ask(other, 'PROPPATCH', '/a.txt', {}, set)).status === 204;
  assert.ok(await until(() => isSet().catch(() => false)), program.output());
  await stopProgram(program);
  assert.ok((await properties(server, '/a.txt')).text.includes('<one xmlns="urn:x">theirs</one>'));
  await server.stop();
});

test('litmus, the test suite for servers of WebDAV', { skip: without(litmus) }, async () => {
  const server = await startServer(config, files);
  const { status, stdout } = await runProgram([litmus, '-k', `${server.url}/`], {
    cwd: server.root,
    env: { ...process.env, TESTS: 'basic copymove locks http' },
    timeoutMs: 120_000,
  });
  assert.equal(status, 0, stdout);
  await server.stop();
});
