import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { suite, test } from 'node:test';
import { projectRoot } from '../helpers/project-root.js';

const winter = 1_700_000_000;
const summer = 1_720_000_000;

/** The names that a program with this TZ gives; JavaScript takes its zone from there as well. */
function namesIn(tz: string): string[] {
  const script = `import { LocalZone } from ${JSON.stringify(`${projectRoot}dist/src/files/local-zone.js`)};
    const zone = new LocalZone();
    console.log([${winter}, ${summer}].map((time) => zone.nameAt(new Date(time * 1000))).join());`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, TZ: tz },
    encoding: 'utf8',
  });
  return run.stdout.trim().split(',');
}

suite('names of time zones', {
  skip: existsSync('/usr/share/zoneinfo/Europe/Berlin') ? false : 'no zone files',
}, () => {
  for (const [tz, expected] of [
    ['Europe/Berlin', ['CET', 'CEST']],
    [':America/New_York', ['EST', 'EDT']],
    ['Asia/Kolkata', ['IST', 'IST']],
    ['UTC', ['UTC', 'UTC']],
    ['TST-3', ['TST', 'TST']],
    ['No/Such', ['UTC', 'UTC']],
  ] as const)
    test(tz, () => assert.deepEqual(namesIn(tz), expected));
});
