import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverCommand } from '../helpers/programs.js';
import { protocols } from './protocol.js';
import { runSuites } from './run-suites.js';

// The core suites once more, over TLS: no module and no part of HTTP may notice it.

const suites = [
  'core_body',
  'core_connection',
  'core_error_handler',
  'core_headers',
  'core_http10',
  'core_response',
  'core_smuggling',
  'core_timeout',
  'core_trailers',
  'static_conditional',
  'static_range',
];
const running = runSuites(suites, { server: serverCommand, protocol: protocols['h1s'] });

for (const [index, name] of suites.entries()) {
  test(`${name} over TLS`, async () => {
    const { cases } = (await running[index]) ?? { cases: [] };
    assert.notEqual(cases.length, 0);
    const wrong = cases.filter(({ differences }) => differences.length > 0);
    assert.deepEqual(wrong, []);
  });
}
