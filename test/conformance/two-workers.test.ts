import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverCommand } from '../helpers/programs.js';
import { readKnownFailures } from './known-failures.js';
import { runSuites } from './run-suites.js';
import { suiteNames } from './suite.js';

// Suites whose answers could depend on which worker gets the request, once more with two of them.

const kinds = /^(?:core|static|mod_accesslog|mod_auth|mod_fastcgi|mod_proxy|mod_status)_?/;

/** Cases about what lighttpd keeps in its one process (docs/decisions/workers.md). */
const others: readonly (readonly [name: string, why: string])[] = [
  ['mod_proxy_balance: round-robin: goes on where it was', 'each worker has turns of its own'],
  ['mod_proxy_balance: recovery: but is still disabled', 'each worker finds out which backend is down'],
  ['static_lowercase: a url condition in its own case', 'each worker remembers the type a file had at first'],
];

const names = suiteNames().filter((name) => kinds.test(name));
const running = runSuites(names, {
  server: serverCommand,
  workers: 2,
  wants: (name) => !others.some(([other]) => other === name),
});
for (const [index, name] of names.entries()) {
  test(`${name} with two workers`, async () => {
    const { cases } = (await running[index]) ?? { cases: [] };
    assert.notEqual(cases.length, 0);
    const known = readKnownFailures()[name] ?? {};
    const wrong = cases.filter((one) => one.differences.length > 0 && !(one.name in known));
    assert.deepEqual(wrong, []);
  });
}
