import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkConfiguration } from '../../src/modules/check-configuration.js';
import { type PlainBlock, treeOf } from '../config/tree-of.js';

const documentRoot = { 'server.document-root': '/srv' };

async function check(settings: PlainBlock['settings'], ...blocks: PlainBlock[]) {
  const checked = await checkConfiguration(treeOf({ settings }, ...blocks), '');
  return {
    ...checked,
    names: checked.modules.map(({ definition }) => definition.name),
    errors: checked.diagnostics.items.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    codes: checked.diagnostics.items.map(({ code, origin }) => [code, origin?.line]),
  };
}

test('a document root is required, outside of conditions', async () => {
  assert.deepEqual((await check({})).errors, ['invalid-value']);
  assert.deepEqual((await check({}, { settings: documentRoot })).errors, ['invalid-value']);
  assert.deepEqual((await check(documentRoot)).errors, []);
});

test('a name that no lighttpd knows is warned about, with the name that was meant', async () => {
  const { diagnostics, errors } = await check({ ...documentRoot, 'server.prot': 80 });
  assert.deepEqual(errors, []);
  const unknown = diagnostics.items.find(({ code }) => code === 'unknown-directive');
  assert.equal(unknown?.origin?.line, 2);
  assert.match(unknown?.detail ?? '', /server\.port/);
});

test('a module that does not exist is refused where it is named', async () => {
  const { codes, errors } = await check({ ...documentRoot, 'server.modules': ['mod_nosuch'] });
  assert.deepEqual(errors, ['unknown-module']);
  assert.deepEqual(codes[0], ['unknown-module', 2]);
});

test('addresses that cannot be listened on are refused', async () => {
  assert.deepEqual((await check({ ...documentRoot, 'server.bind': '::1' })).errors, ['invalid-value']);
  assert.deepEqual((await check({ ...documentRoot, 'server.bind': '[::1]' })).errors, []);
  const socket = { condition: { field: 'socket', value: '127.0.0.1:99999' }, settings: {} } as const;
  assert.deepEqual((await check(documentRoot, socket)).errors, ['invalid-condition']);
});

test('a condition with a broken pattern is refused', async () => {
  const broken = { condition: { operator: '=~', value: '(' }, settings: {} } as const;
  assert.deepEqual((await check(documentRoot, broken)).errors, ['unsupported-pattern']);
});

test('the port follows ssl.engine where none is set', async () => {
  assert.equal((await check(documentRoot)).server.port, 80);
  assert.equal((await check({ ...documentRoot, 'ssl.engine': 'enable' })).server.port, 443);
  assert.equal((await check({ ...documentRoot, 'server.port': '8080' })).server.port, 8080);
});

test('modules of the module folder are loaded by name, and named where they are broken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modules-'));
  try {
    writeFileSync(
      join(folder, 'mod_mine.mjs'),
      `export default ({ defineModule, string }) => defineModule({ name: 'mod_mine', directives: {
        'mine.text': string({ scope: 'connection', since: '1.0', default: 'x', doc: '', example: '' }) } });`,
    );
    writeFileSync(join(folder, 'mod_broken.mjs'), 'export default 5;');
    const tree = treeOf({
      settings: { ...documentRoot, 'server.modules': ['mod_mine', 'mod_broken'], 'mine.text': 'hello' },
    });
    const { modules, diagnostics } = await checkConfiguration(tree, folder);
    const mine = modules.find(({ definition }) => definition.name === 'mod_mine');
    assert.equal(mine?.settings.base['mine.text'], 'hello');
    const errors = diagnostics.items.filter(({ severity }) => severity === 'error');
    assert.deepEqual(
      errors.map(({ code, origin }) => [code, origin?.line]),
      [['module-failed', 2]],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a module that counts over all connections gets one worker, unless the file says how many', async () => {
  const settings = { ...documentRoot, 'server.modules': ['mod_evasive'] };
  const workers = async (change: PlainBlock['settings'], ...blocks: PlainBlock[]) =>
    (await check({ ...settings, ...change }, ...blocks)).server.maxWorker;
  const limit = { 'evasive.max-conns-per-ip': 3 };
  assert.equal(await workers({}), undefined);
  assert.equal(await workers(limit), 1);
  assert.equal(await workers({}, { settings: limit }), 1);
  assert.equal(await workers({ ...limit, 'server.max-worker': 2 }), 2);
});
