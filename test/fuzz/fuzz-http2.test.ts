import { test } from 'node:test';
import { mutatedFrames } from './mutate-frames.js';
import { fuzzSeed, runFuzz } from './run-fuzz.js';

/** `FUZZ_CONNECTIONS=100000` is a run for a night. */
const connectionCount = Number(process.env['FUZZ_CONNECTIONS'] ?? 3000);

test(`${connectionCount} connections of mutated frames (FUZZ_SEED=${fuzzSeed}) neither crash nor hang nor fill the server`, async () => {
  await runFuzz(connectionCount, mutatedFrames);
});
