import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bool, short, string } from '../../src/config/directive.js';
import { SettingsLoader } from '../../src/config/load-settings.js';
import { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import { type PlainBlock, treeOf } from './tree-of.js';

const facts = { since: '1.4.1', doc: '', example: '' };
const table = {
  'a.name': string({ ...facts, scope: 'connection', default: 'none' }),
  'a.Limit': short({
    ...facts,
    scope: 'server',
    default: 7,
    entry: (n, context) => (n > 100 ? context.fail('too many') : n),
  }),
  'a.socket': bool({ ...facts, scope: 'socket' }),
  'a.alias': string({ ...facts, scope: 'connection', aliasOf: 'a.name' }),
  'a.old': bool({ ...facts, scope: 'connection', until: '1.4.10', replacedBy: 'a.name' }),
};

function load(...blocks: PlainBlock[]) {
  const diagnostics = new DiagnosticList();
  const loader = new SettingsLoader(treeOf(...blocks), diagnostics);
  const found = () => diagnostics.items.map(({ severity, code, origin }) => [severity, code, origin?.line]);
  return { ...loader.load(table), loader, found };
}

test('values stand over defaults, and a block makes a layer of what it sets', () => {
  const { base, layers, found } = load(
    { settings: { 'A.NAME': 'x' } },
    { settings: { other: 1 } },
    { settings: { 'a.name': 'y' } },
  );
  assert.deepEqual(base, { 'a.name': 'x', 'a.Limit': 7, 'a.socket': false, 'a.old': false });
  assert.deepEqual(layers, [{ block: 2, values: { 'a.name': 'y' } }]);
  assert.deepEqual(found(), []);
});

test('another name of a directive sets that directive, in the order of blocks', () => {
  const { base, layers } = load(
    { settings: { 'a.alias': 'x' } },
    { settings: { 'a.name': 'y' } },
    { settings: { 'a.alias': 'z', 'a.name': 'lost' } },
  );
  assert.equal(base['a.name'], 'x');
  assert.deepEqual(
    layers.map(({ values }) => values),
    [{ 'a.name': 'y' }, { 'a.name': 'z' }],
  );
});

test('a wrong type is an error in any block, at its place', () => {
  const { found } = load({ settings: { 'a.name': 5 } }, { settings: { 'a.name': ['x'] } });
  assert.deepEqual(found(), [
    ['error', 'wrong-type', 1],
    ['error', 'wrong-type', 2],
  ]);
});

test('a directive of the whole server inside a condition is warned about; only its type is judged', () => {
  const { base, layers, found } = load(
    { settings: {} },
    { settings: { 'a.limit': 5000 } },
    { settings: { 'a.limit': 'x' } },
  );
  assert.equal(base['a.Limit'], 7);
  assert.deepEqual(layers, []);
  assert.deepEqual(found(), [
    ['warning', 'wrong-scope', 1],
    ['warning', 'wrong-scope', 2],
    ['error', 'wrong-type', 2],
  ]);
});

test('a directive of a socket works in a socket condition with ==', () => {
  const { layers, found } = load(
    { settings: {} },
    { condition: { field: 'socket', operator: '==' }, settings: { 'a.socket': 'enable' } },
    { condition: { field: 'socket', operator: '!=' }, settings: { 'a.socket': 'enable' } },
    { condition: { field: 'url' }, settings: { 'a.socket': 'enable' } },
  );
  assert.deepEqual(layers, [{ block: 1, values: { 'a.socket': true } }]);
  assert.deepEqual(found(), [
    ['warning', 'wrong-scope', 2],
    ['warning', 'wrong-scope', 3],
  ]);
});

test('a removed directive is read, with a warning that names its successor', () => {
  const { base, loader } = load({ settings: { 'a.old': 'enable' } });
  assert.equal(base['a.old'], true);
  const [item] = loader.diagnostics.items;
  assert.equal(item.code, 'removed-directive');
  assert.match(item.detail ?? '', /a\.name/);
});

test('what no table asked for is left over, but for variables', () => {
  const { loader } = load(
    { settings: { 'a.name': 'x', 'b.name': 'x', 'var.c': 'x' } },
    { settings: { 'B.name': 1 } },
  );
  assert.deepEqual(
    loader.unread().map(({ block, setting }) => [block, setting.key]),
    [
      [0, 'b.name'],
      [1, 'B.name'],
    ],
  );
});
