#!/usr/bin/env node
// Brings known-failures.json up to date: runs the suites and takes cured cases out of the list.
//
//   node dist/test/conformance/update-known-failures.js [--force --reason TEXT] [SUITE ...]
//
// A case that is not listed has passed before; it is only added with --force, which needs a reason.
// Exit status: 0 the list is right, 1 a case broke that is not listed, 2 wrong arguments.
import { parseArgs } from 'node:util';
import { serverCommand } from '../helpers/programs.js';
import { readKnownFailures, updateKnownFailures, writeKnownFailures } from './known-failures.js';
import { runSuites } from './run-suites.js';
import { suiteNames } from './suite.js';

const { values, positionals } = parseArgs({
  options: { force: { type: 'boolean', default: false }, reason: { type: 'string', default: '' } },
  allowPositionals: true,
});
if (values.force && values.reason === '') {
  console.error('--force needs --reason TEXT: it is what the list says of each case that is added.');
  process.exit(2);
}

const names = positionals.length > 0 ? positionals : suiteNames();
const results = await Promise.all(runSuites(names, { server: serverCommand }));
const known = readKnownFailures();
const { known: next, added, removed } = updateKnownFailures(known, results, values.reason);
for (const name of removed) console.log(`passes now: ${name}`);
for (const name of added) console.log(`fails: ${name}`);
console.log(`${removed.length} cured, ${added.length} broken`);
if (added.length > 0 && !values.force) {
  console.error('The list is left as it is: mend what broke, or add it with --force --reason TEXT.');
  process.exitCode = 1;
} else {
  writeKnownFailures(next);
}
