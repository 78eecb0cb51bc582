import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFigure, formatTable, median } from '../../bench/table.js';

test('the median of odd and even counts', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
  assert.ok(Number.isNaN(median([])));
});

test('figures show three digits', () => {
  assert.deepEqual([203_456.7, 12.345, 0.04217, 3].map(formatFigure), ['203,457', '12.3', '0.0422', '3']);
});

test('columns are as wide as their widest cell', () => {
  const text = formatTable(
    ['load', 'ours'],
    [
      ['612 B', '203,000'],
      ['404', '9'],
    ],
  );
  assert.equal(text, 'load       ours\n612 B   203,000\n404           9');
});
