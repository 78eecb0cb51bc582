import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameSecret } from '../../src/base/same-secret.js';

test('secrets are equal byte by byte, and of any length', () => {
  assert.ok(sameSecret('', ''));
  assert.ok(sameSecret('p\xe4ss', 'p\xe4ss'));
  assert.ok(!sameSecret('pass', 'pass\0'));
  assert.ok(!sameSecret('\xff', '\xfe'));
});
