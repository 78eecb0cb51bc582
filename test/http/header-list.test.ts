import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HeaderList } from '../../src/http/header-list.js';

const fields = (list: HeaderList) =>
  Array.from({ length: list.size }, (_, i) => `${list.nameAt(i)}: ${list.valueAt(i)}`);

function listOf(...pairs: readonly (readonly [string, string])[]): HeaderList {
  const list = new HeaderList();
  for (const [name, value] of pairs) list.insert(name, value);
  return list;
}

test('fields keep their order and spelling, and are found without case', () => {
  const list = listOf(['X-B', '1'], ['x-a', '2'], ['X-b', '3']);
  assert.deepEqual(fields(list), ['X-B: 1', 'x-a: 2', 'X-b: 3']);
  assert.equal(list.get('x-b'), '1');
  assert.equal(list.indexOf('x-a'), 1);
  assert.equal(list.lowerNameAt(2), 'x-b');
  assert.ok(!list.has('x-c'));
  assert.equal(list.get('x-c'), undefined);
});

test('set replaces all fields of the name in the place, and under the spelling, of the first', () => {
  const list = listOf(['A', '1'], ['B', '2'], ['a', '3'], ['C', '4'], ['A', '5']);
  list.set('a', 'new');
  assert.deepEqual(fields(list), ['A: new', 'B: 2', 'C: 4']);
});

test('append joins with a comma, cookies with a semicolon; an empty value adds nothing', () => {
  const list = listOf(['A', ''], ['Cookie', 'a=1']);
  list.append('a', '1');
  list.append('A', '2');
  list.append('A', '');
  list.append('cookie', 'b=2');
  list.append('New', 'x');
  assert.deepEqual(fields(list), ['A: 1, 2', 'Cookie: a=1; b=2', 'New: x']);
});

test('unset takes every field of the name, clear all', () => {
  const list = listOf(['A', '1'], ['a', '2'], ['B', '3']);
  list.unset('a');
  assert.deepEqual(fields(list), ['B: 3']);
  list.clear();
  assert.equal(list.size, 0);
});

test('property: after any changes each name is found where a plain search finds it', () => {
  const name = fc.constantFrom('A', 'a', 'B', 'b', 'Cookie');
  const change = fc.tuple(
    fc.constantFrom('set', 'append', 'insert', 'unset'),
    name,
    fc.constantFrom('', '1', '2'),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const list = new HeaderList();
      for (const [kind, name, value] of changes)
        if (kind === 'unset') list.unset(name.toLowerCase());
        else list[kind as 'set' | 'append' | 'insert'](name, value);
      const lowerNames = Array.from({ length: list.size }, (_, i) => list.nameAt(i).toLowerCase());
      for (const lower of ['a', 'b', 'cookie']) {
        assert.equal(list.indexOf(lower), lowerNames.indexOf(lower));
        const index = list.indexOf(lower);
        assert.equal(list.get(lower), index < 0 ? undefined : list.valueAt(index));
      }
    }),
  );
});
