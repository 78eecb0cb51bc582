import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderList, HeaderTemplate } from '../../src/http/header-list.js';

const template = () =>
  new HeaderTemplate(0, [
    ['Content-Type', 'text/plain'],
    ['ETag', '"1"'],
  ]);
const fieldsOf = (list: HeaderList): string[] =>
  Array.from({ length: list.size }, (_, i) => `${list.nameAt(i)}: ${list.valueAt(i)}`);

const changes: Record<string, (list: HeaderList) => void> = {
  set: (list) => list.set('ETag', '"2"'),
  append: (list) => list.append('ETag', '"2"'),
  insert: (list) => list.insert('Link', '</a>'),
  unset: (list) => list.unset('etag'),
  'set a new one': (list) => list.set('Vary', 'Origin'),
};

for (const [name, change] of Object.entries(changes)) {
  test(`a list that shows a template leaves it alone: ${name}`, () => {
    const shared = template();
    const list = new HeaderList();
    list.useTemplate(shared);
    change(list);
    assert.equal(list.template, null);
    const other = new HeaderList();
    other.useTemplate(shared);
    assert.deepEqual(fieldsOf(other), ['Content-Type: text/plain', 'ETag: "1"']);
  });
}

test('what changes nothing keeps the template', () => {
  const shared = template();
  const list = new HeaderList();
  list.useTemplate(shared);
  list.unset('vary');
  list.append('ETag', '');
  assert.equal(list.get('etag'), '"1"');
  assert.equal(list.template, shared);
});

test('a cleared list is empty, and its template whole', () => {
  const shared = template();
  const list = new HeaderList();
  list.useTemplate(shared);
  list.clear();
  list.insert('A', '1');
  assert.deepEqual(fieldsOf(list), ['A: 1']);
  assert.equal(shared.names.length, 2);
});
