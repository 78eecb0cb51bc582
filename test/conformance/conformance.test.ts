import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverCommand } from '../helpers/programs.js';
import { readKnownFailures, strayEntries } from './known-failures.js';
import { runSuites } from './run-suites.js';
import { caseNames, readSuite, suiteNames } from './suite.js';

// What lighttpd 1.4.86 answered, request by request: each suite is a test, and each of its cases.

const names = suiteNames();
const known = readKnownFailures();
const running = runSuites(names, { server: serverCommand });

test('every known failure names a case', () => {
  const casesOf = (suite: string) => (names.includes(suite) ? caseNames(readSuite(suite)) : []);
  assert.deepEqual(strayEntries(known, casesOf), []);
});

for (const [index, name] of names.entries()) {
  test(name, async (context) => {
    const cases = (await running[index])?.cases ?? [];
    assert.equal(cases.length, caseNames(readSuite(name)).length);
    for (const { name: title, differences } of cases) {
      const reason = known[name]?.[title];
      if (reason === undefined) {
        await context.test(title, () => assert.equal(differences.join('\n'), ''));
      } else {
        const cured = 'passes now: run update-known-failures.js, which takes it out of the list';
        await context.test(title, (inner) => {
          assert.notEqual(differences.length, 0, cured);
          inner.skip(`known failure: ${reason}`);
        });
      }
    }
  });
}
