import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../helpers/project-root.js';
import { startServer } from '../helpers/server.js';

const folder = mkdtempSync(join(tmpdir(), 'user-module-'));
after(() => rmSync(folder, { recursive: true }));

const [, example] =
  /```js\n([\s\S]*?)```/.exec(readFileSync(join(projectRoot, 'docs/modules.md'), 'utf8')) ?? [];
assert.ok(example, 'docs/modules.md has an example');
writeFileSync(join(folder, 'mod_hello.mjs'), example);
const modules = ['-m', folder];

test('the example of docs/modules.md answers, counts, and marks other answers', async () => {
  const server = await startServer(
    [
      'server.max-worker = 1',
      'server.modules = ( "mod_hello" )',
      'hello.path = "/hello"',
      '$HTTP["host"] == "b" { hello.greeting = "Welcome" }',
    ],
    { 'www/other.txt': 'file' },
    modules,
  );
  try {
    assert.equal((await server.get('/hello')).body?.toString(), 'Hello, visitor 1\n');
    assert.equal((await server.get('/hello', { Host: 'b' })).body?.toString(), 'Welcome, visitor 2\n');
    const other = await server.get('/other.txt');
    assert.equal(other.body?.toString(), 'file');
    assert.equal(other.headers['x-hello'], 'yes');
  } finally {
    await server.stop();
  }
});

test('a value that the module refuses is refused at load, with its place', async () => {
  const config = ['server.modules = ( "mod_hello" )', 'hello.path = "hello"'];
  await assert.rejects(
    startServer(config, {}, modules),
    /lighttpd\.conf:\d+:\d+.*hello\.path starts with a slash/s,
  );
});

test('a module that is not there is named, and where it was looked for', async () => {
  await assert.rejects(
    startServer(['server.modules = ( "mod_nowhere" )'], {}, modules),
    (error: Error) => error.message.includes('mod_nowhere') && error.message.includes(folder),
  );
});

test('a module that cannot be loaded says why', async () => {
  writeFileSync(join(folder, 'mod_broken.mjs'), 'export default (');
  await assert.rejects(startServer(['server.modules = ( "mod_broken" )'], {}, modules), /mod_broken\.mjs: /);
});
