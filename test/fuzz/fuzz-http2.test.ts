import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startFuzzTarget } from './fuzz-target.js';
import { mutatedFrames } from './mutate-frames.js';
import { Random } from './random.js';
import { isClosedAfter } from './send-bytes.js';

/** `FUZZ_CONNECTIONS=100000` is a run for a night; `FUZZ_SEED` repeats a run that found something. */
const connectionCount = Number(process.env['FUZZ_CONNECTIONS'] ?? 3000);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const batchSize = 1000;
const clients = 24;
const growthMaxMib = 60;

test(`${connectionCount} connections of mutated frames (FUZZ_SEED=${seed}) neither crash nor hang nor fill the server`, async () => {
  const target = await startFuzzTarget();
  try {
    const ids = target.processIds();
    const runBatch = async (first: number): Promise<void> => {
      let next = first;
      const runClient = async (): Promise<void> => {
        for (let number = next++; number < first + batchSize; number = next++) {
          const random = new Random(seed + number);
          const bytes = mutatedFrames(random);
          if (await isClosedAfter(target.port, bytes, random)) continue;
          assert.fail(`connection ${number} stays open: ${bytes.toString('hex')}\n${target.log()}`);
        }
      };
      await Promise.all(Array.from({ length: clients }, runClient));
      await target.checkAnswers();
      assert.deepEqual(target.processIds(), ids, `a process died in ${first} and on\n${target.log()}`);
    };
    await runBatch(0);
    await wait(500);
    const warm = { mib: target.memoryMib(), descriptors: target.openDescriptors() };
    for (let first = batchSize; first < connectionCount; first += batchSize) await runBatch(first);
    await wait(3000);
    assert.doesNotMatch(target.log(), /unhandled|uncaught|\b(?:Type|Range|Reference|Assertion)Error\b/i);
    assert.ok(target.openDescriptors() <= warm.descriptors + 2, 'descriptors stay open');
    const grown = target.memoryMib() - warm.mib;
    assert.ok(grown < growthMaxMib, `memory grew by ${grown.toFixed(1)} MiB from ${warm.mib.toFixed(1)}`);
  } finally {
    await target.stop();
  }
});
