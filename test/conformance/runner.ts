#!/usr/bin/env node
// Runs conformance suites against a server, prints each case that differs, and closes with
// `N passed, N failed`.
//
//   node dist/test/conformance/runner.js [--server 'CMD'] [--filter RE] [--verbose] [--jobs N]
//     [--protocol h1|h1s|h2c|h2s] [--workers N] [SUITE ...]
//
// Without --server it is the project's own; without a SUITE all of fixtures/conformance/suites are run.
// Exit status: 0 all passed, 1 some did not, 2 wrong arguments.
import { parseArgs } from 'node:util';
import { serverCommand } from '../helpers/programs.js';
import { protocols } from './protocol.js';
import { jobsDefault, runSuites } from './run-suites.js';
import { suiteNames } from './suite.js';

const { values, positionals } = parseArgs({
  options: {
    server: { type: 'string' },
    filter: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
    protocol: { type: 'string', default: 'h1' },
    workers: { type: 'string', default: '0' },
    jobs: { type: 'string', default: String(jobsDefault) },
  },
  allowPositionals: true,
});

const known = suiteNames();
const asked = positionals.map((name) => name.replace(/^.*\//, '').replace(/\.json$/, ''));
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No such suite: ${unknown.join(', ')}`);
  process.exit(2);
}

const protocol = protocols[values.protocol];
if (protocol === undefined) {
  console.error(`No such protocol: ${values.protocol}`);
  process.exit(2);
}

const filter = new RegExp(values.filter);
const running = runSuites(asked.length > 0 ? asked : known, {
  server: values.server ? values.server.split(/\s+/) : serverCommand,
  protocol,
  workers: Number(values.workers),
  wants: (name) => filter.test(name),
  jobs: Number(values.jobs),
});

let passed = 0;
let failed = 0;
const table: string[] = [];
for (const { name, cases } of await Promise.all(running)) {
  if (cases.length === 0) continue;
  const wrong = cases.filter(({ differences }) => differences.length > 0);
  for (const { name: test, differences } of wrong) {
    console.log(`not ok - ${name}: ${test}`);
    if (values.verbose) for (const difference of differences) console.log(`    ${difference}`);
  }
  passed += cases.length - wrong.length;
  failed += wrong.length;
  table.push(`${name.padEnd(28)} ${String(cases.length - wrong.length).padStart(4)} / ${cases.length}`);
}
for (const line of table) console.log(line);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
