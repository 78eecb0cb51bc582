import { test } from 'node:test';
import { mutatedRequest, readSeeds } from './mutate.js';
import { fuzzSeed, runFuzz } from './run-fuzz.js';

/** `FUZZ_REQUESTS=10000000` is a run for a night. */
const requestCount = Number(process.env['FUZZ_REQUESTS'] ?? 100_000);

test(`${requestCount} mutated requests (FUZZ_SEED=${fuzzSeed}) neither crash nor hang nor fill the server`, async () => {
  const seeds = readSeeds();
  await runFuzz(requestCount, (random) => Buffer.from(mutatedRequest(random, seeds), 'latin1'));
});
