import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinPath, withSlash } from '../../src/base/path.js';

describe('paths', () => {
  it('are joined with exactly one slash', () => {
    for (const [base, rest] of [
      ['/a', 'b'],
      ['/a/', 'b'],
      ['/a', '/b'],
      ['/a/', '/b'],
    ] as const)
      assert.equal(joinPath(base, rest), '/a/b');
    assert.equal(joinPath('/a', ''), '/a/');
  });

  it('get a slash at their end unless they are empty', () => {
    assert.deepEqual(['/a', '/a/', ''].map(withSlash), ['/a/', '/a/', '']);
  });
});
