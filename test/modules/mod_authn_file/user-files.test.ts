import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  digestKey,
  parseDigests,
  parseGroups,
  parsePasswords,
} from '../../../src/modules/mod_authn_file/user-files.js';

test('password files: the first line of a name counts; comments, blank and overlong lines do not', () => {
  const text = [
    '# ann:comment',
    '',
    '\r',
    'ann:one',
    'ann:two',
    'bob:with:colon\r',
    'no colon',
    `long:${'x'.repeat(1020)}`,
    ':nobody',
    ' lead:space',
    'empty:',
    'last:line',
  ].join('\n');
  const { entries, badLines } = parsePasswords(text);
  assert.deepEqual(
    [...entries],
    [
      ['ann', 'one'],
      ['bob', 'with:colon'],
      ['', 'nobody'],
      [' lead', 'space'],
      ['empty', ''],
      ['last', 'line'],
    ],
  );
  assert.equal(badLines, 1);
});

test('digest files: a name may have several digests, and is found by its hash too', () => {
  const { entries, badLines } = parseDigests(
    'ann:area:aa:hh\nann:area:bb\r\nann:other:cc\nann:area\nbob:x:\n',
  );
  assert.deepEqual(entries.get(digestKey(false, 'ann', 'area')), [
    { user: 'ann', digest: 'aa' },
    { user: 'ann', digest: 'bb' },
  ]);
  assert.deepEqual(entries.get(digestKey(true, 'hh', 'area')), [{ user: 'ann', digest: 'aa' }]);
  assert.deepEqual(entries.get(digestKey(false, 'bob', 'x')), [{ user: 'bob', digest: '' }]);
  assert.equal(entries.get(digestKey(true, 'ann', 'area')), undefined);
  assert.equal(badLines, 1);
});

test('group files: a name may stand in several groups', () => {
  const { entries, badLines } = parseGroups('staff: ann  bob\nops:\tann\nnobody:\nbad line\n');
  assert.deepEqual(entries.get('ann'), ['staff', 'ops']);
  assert.deepEqual(entries.get('bob'), ['staff']);
  assert.equal(entries.size, 2);
  assert.equal(badLines, 1);
});
