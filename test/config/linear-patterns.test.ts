import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useLinearPatterns } from '../../src/config/linear-patterns.js';
import { Pattern } from '../../src/config/pattern.js';

test('a pattern that backtracks without end comes to its end', () => {
  useLinearPatterns();
  for (const source of ['^(a+)+$', '(?i)^(a|A)*$', '^(?:\\w|\\d)*$']) {
    const pattern = Pattern.compile(source);
    assert.ok(pattern instanceof Pattern);
    const start = performance.now();
    assert.equal(pattern.test(`${'a'.repeat(5000)}!`), false);
    assert.ok(performance.now() - start < 5000, source);
  }
});
