import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type FuzzTarget, startFuzzTarget } from '../fuzz/fuzz-target.js';
import { runProgram } from '../helpers/programs.js';
import { isQuickBeside } from './good-client.js';

const attackSeconds = 12;

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
    const { isQuick, outcomes } = await isQuickBeside(target.port, () => attack(args, path));
    assert.ok(isQuick, outcomes.join('; '));
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
