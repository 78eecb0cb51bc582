import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type FuzzTarget, startFuzzTarget } from '../fuzz/fuzz-target.js';
import { runProgram } from '../helpers/programs.js';
import { p99Ms } from './good-client.js';

const attackSeconds = 12;
const quietMs = 4000;
/** A clock tick of a busy machine; what is quicker is no difference. */
const noiseMs = 1;
/** A machine that does something else for a moment is no reason to fail. */
const attempts = 3;

interface Attack {
  readonly name: string;
  readonly args: readonly string[];
  readonly path: string;
}

const attacks: readonly Attack[] = [
  { name: 'slow headers (-H)', args: ['-H', '-i', '1', '-x', '10'], path: '/a.txt' },
  { name: 'slow bodies (-B)', args: ['-B', '-i', '1', '-s', '8192', '-x', '10'], path: '/b.sh' },
  { name: 'many overlapping ranges (-R)', args: ['-R', '-a', '5', '-b', '2000'], path: '/large.bin' },
  {
    name: 'slow reading (-X)',
    args: ['-X', '-w', '10', '-y', '20', '-n', '1', '-z', '32', '-k', '3'],
    path: '/large.bin',
  },
];

const installed = (await runProgram(['slowhttptest', '-h'])).stdout.includes('slow HTTP DoS');
const skip = installed ? false : 'slowhttptest is not installed';

let target: FuzzTarget;
before(async () => {
  if (installed) target = await startFuzzTarget();
});
after(() => target?.stop());

for (const { name, args, path } of attacks) {
  test(`${name}: a good client waits less than twice as long`, { skip }, async () => {
    const ids = target.processIds();
    const descriptors = target.openDescriptors();
    const outcomes: string[] = [];
    let isFast = false;
    for (let attempt = 0; attempt < attempts && !isFast; attempt++) {
      const quiet = await p99Ms(target.port, wait(quietMs));
      const beside = await p99Ms(target.port, attack(args, path));
      isFast = beside < 2 * quiet + noiseMs;
      outcomes.push(`p99 ${beside.toFixed(2)} ms, quiet ${quiet.toFixed(2)} ms`);
    }
    assert.ok(isFast, outcomes.join('; '));
    assert.deepEqual(target.processIds(), ids, target.log());
    await wait(6000);
    assert.ok(target.openDescriptors() <= descriptors + 2, 'connections of the attack stay open');
  });
}

async function attack(args: readonly string[], path: string): Promise<void> {
  const common = ['-c', '400', '-r', '200', '-l', String(attackSeconds), '-v', '0'];
  const url = `http://127.0.0.1:${target.port}${path}`;
  await runProgram(['slowhttptest', ...args, ...common, '-u', url], { timeoutMs: 20_000 });
}
