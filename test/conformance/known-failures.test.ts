import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strayEntries, updateKnownFailures } from './known-failures.js';

const passed = (name: string) => ({ name, differences: [] });
const failed = (name: string) => ({ name, differences: ['status: expected 200, got 404'] });

test('an entry that names no case is found', () => {
  const known = { core: { 'a case': 'why', 'a renamed case': 'why' } };
  assert.deepEqual(
    strayEntries(known, () => ['a case']),
    ['core: a renamed case'],
  );
});

test('an update takes cured cases out, keeps reasons, and names what is new', () => {
  const known = { core: { cured: 'old', kept: 'its reason' }, 'not run': { other: 'why' } };
  const results = [{ name: 'core', cases: [passed('cured'), failed('kept'), failed('broken')] }];
  const update = updateKnownFailures(known, results, 'new');
  assert.deepEqual(update.known, {
    core: { kept: 'its reason', broken: 'new' },
    'not run': { other: 'why' },
  });
  assert.deepEqual(update.added, ['core: broken']);
  assert.deepEqual(update.removed, ['core: cured']);
});

test('a suite without failures leaves the list', () => {
  const results = [{ name: 'core', cases: [passed('cured')] }];
  assert.deepEqual(updateKnownFailures({ core: { cured: 'old' } }, results, '').known, {});
});
