import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../helpers/programs.js';
import { projectRoot } from '../helpers/project-root.js';

test('six reloads under load lose nothing', async () => {
  // how long clients wait depends on what else the machine does: `npm run soak:reload` on a quiet one tells
  const options = ['--server', 'lighttpd-ts', '--reloads', '6', '--calm', '1', '--added-wait', 'Infinity'];
  const program = [process.execPath, `${projectRoot}dist/bench/soak-reload.js`, ...options];
  const { status, stdout, stderr } = await runProgram(program, { timeoutMs: 120_000 });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^reloads +6$/m);
});
