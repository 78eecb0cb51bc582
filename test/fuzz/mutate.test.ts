import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutatedRequest, readSeeds } from './mutate.js';
import { Random } from './random.js';

const seeds = readSeeds();
const some = (seed: number) =>
  Array.from({ length: 2000 }, (_, i) => mutatedRequest(new Random(seed + i), seeds));

test('the same seed gives the same requests, another seed others', () => {
  assert.deepEqual(some(1), some(1));
  assert.notDeepEqual(some(1), some(5000));
});

test('most requests are new, stay bytes, and stay below a megabyte', () => {
  const requests = some(1);
  assert.ok(new Set(requests).size > 1800);
  for (const request of requests) {
    assert.ok(request.length < 1_000_000);
    assert.doesNotMatch(request, /[^\x00-\xff]/);
  }
});

test('about one in six stays well formed, the others lose what every request has', () => {
  const wellFormed = some(1).filter((request) =>
    /^[A-Z]+ \/\S* HTTP\/1\.[01]\r\nHost: \S+\r\n/.test(request),
  );
  assert.ok(wellFormed.length > 300 && wellFormed.length < 1700, String(wellFormed.length));
});
