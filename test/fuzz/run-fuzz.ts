import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { type FuzzTarget, startFuzzTarget } from './fuzz-target.js';
import { Random } from './random.js';
import { isClosedAfter } from './send-bytes.js';

/** `FUZZ_SEED` repeats a run that found something. */
export const fuzzSeed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);

const batchSize = 1000;
const clients = 24;
/** The part of a run that warms up: compiled code and the heap's new space have their size after that. */
const warmUpShare = 0.2;
/** How much more memory than after warming up is no leak yet. */
const growthMaxMib = 60;

/** What goes over one connection. */
type MakeBytes = (random: Random) => Buffer;

/** Opens so many connections, each with bytes of its own: none may stay open, and the server must be what it was. */
export async function runFuzz(count: number, makeBytes: MakeBytes): Promise<void> {
  const target = await startFuzzTarget();
  try {
    const ids = target.processIds();
    const warmUp = Math.max(1, Math.ceil((count * warmUpShare) / batchSize)) * batchSize;
    for (let first = 0; first < warmUp; first += batchSize)
      await runBatch(target, makeBytes, first, first + batchSize);
    await wait(500);
    const warm = { mib: target.memoryMib(), descriptors: target.openDescriptors() };
    for (let first = warmUp; first < count; first += batchSize) {
      await runBatch(target, makeBytes, first, Math.min(first + batchSize, count));
      await target.checkAnswers();
      const died = `a process died in connections ${first} and on\n${target.log()}`;
      assert.deepEqual(target.processIds(), ids, died);
    }
    await wait(3000);
    await target.checkAnswers();
    assert.deepEqual(target.processIds(), ids, `a process died\n${target.log()}`);
    assert.doesNotMatch(target.log(), /unhandled|uncaught|\b(?:Type|Range|Reference|Assertion)Error\b/i);
    assert.ok(target.openDescriptors() <= warm.descriptors + 2, 'descriptors stay open');
    const grown = target.memoryMib() - warm.mib;
    assert.ok(grown < growthMaxMib, `memory grew by ${grown.toFixed(1)} MiB from ${warm.mib.toFixed(1)}`);
  } finally {
    await target.stop();
  }
}

/** The connections with these numbers, some at a time. */
async function runBatch(target: FuzzTarget, makeBytes: MakeBytes, first: number, end: number): Promise<void> {
  let next = first;
  const runClient = async (): Promise<void> => {
    for (let number = next++; number < end; number = next++) {
      const random = new Random(fuzzSeed + number);
      const bytes = makeBytes(random);
      if (await isClosedAfter(target.port, bytes, random)) continue;
      const sent = JSON.stringify(bytes.toString('latin1'));
      assert.fail(`connection ${number} stays open: ${sent}\n${target.log()}`);
    }
  };
  await Promise.all(Array.from({ length: clients }, runClient));
}
