import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type FuzzTarget, startFuzzTarget } from './fuzz-target.js';
import { mutatedRequest, readSeeds } from './mutate.js';
import { Random } from './random.js';
import { isClosedAfter } from './send-bytes.js';

/** `FUZZ_REQUESTS=100000` is what CI sends; `FUZZ_SEED` repeats a run that found something. */
const requestCount = Number(process.env['FUZZ_REQUESTS'] ?? 3000);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const batchSize = 1000;
const clients = 24;
/** How much more memory than after warming up is no leak yet. */
const growthMaxMib = 60;

test(`${requestCount} mutated requests (FUZZ_SEED=${seed}) neither crash nor hang nor fill the server`, async () => {
  const target = await startFuzzTarget();
  try {
    const ids = target.processIds();
    await runBatch(target, 0, batchSize);
    await wait(500);
    const warm = { mib: target.memoryMib(), descriptors: target.openDescriptors() };
    for (let first = batchSize; first < requestCount; first += batchSize) {
      await runBatch(target, first, Math.min(first + batchSize, requestCount));
      await target.checkAnswers();
      assert.deepEqual(
        target.processIds(),
        ids,
        `a process died in requests ${first} and on\n${target.log()}`,
      );
    }
    await wait(3000);
    assert.doesNotMatch(target.log(), /unhandled|uncaught|\b(?:Type|Range|Reference|Assertion)Error\b/i);
    assert.ok(target.openDescriptors() <= warm.descriptors + 2, 'descriptors stay open');
    const grown = target.memoryMib() - warm.mib;
    assert.ok(grown < growthMaxMib, `memory grew by ${grown.toFixed(1)} MiB from ${warm.mib.toFixed(1)}`);
  } finally {
    await target.stop();
  }
});

/** Sends the requests with these numbers, some at a time. */
async function runBatch(target: FuzzTarget, first: number, end: number): Promise<void> {
  const seeds = readSeeds();
  let next = first;
  const runClient = async (): Promise<void> => {
    for (let number = next++; number < end; number = next++) {
      const random = new Random(seed + number);
      const bytes = Buffer.from(mutatedRequest(random, seeds), 'latin1');
      if (await isClosedAfter(target.port, bytes, random)) continue;
      assert.fail(
        `the connection of request ${number} stays open: ${JSON.stringify(bytes.toString('latin1'))}\n${target.log()}`,
      );
    }
  };
  await Promise.all(Array.from({ length: clients }, runClient));
}
