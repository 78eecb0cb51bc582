import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReloadQueue } from '../../src/process/reload-queue.js';

/** A queue whose reloads take `ms`, and whether each was forced. */
function slowQueue(ms: number): { queue: ReloadQueue; seen: boolean[] } {
  const seen: boolean[] = [];
  const queue = new ReloadQueue(async (force) => {
    seen.push(force);
    const lines = [String(seen.length)];
    await sleep(ms);
    return { ok: true, lines };
  });
  return { queue, seen };
}

test('a storm of requests is one reload', async () => {
  const { queue, seen } = slowQueue(1);
  const verdicts = await Promise.all(Array.from({ length: 1000 }, (_, i) => queue.request(i === 500)));
  assert.deepEqual(seen, [true]);
  assert.ok(verdicts.every(({ lines }) => lines[0] === '1'));
});

test('what is asked for during a reload waits for another one, which has seen what changed meanwhile', async () => {
  const { queue, seen } = slowQueue(30);
  const first = queue.request(true);
  await sleep(10);
  const later = [queue.request(false), queue.request(false)];
  assert.deepEqual((await first).lines, ['1']);
  assert.deepEqual(
    (await Promise.all(later)).map(({ lines }) => lines[0]),
    ['2', '2'],
  );
  assert.deepEqual(seen, [true, false]);
});
