import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { projectRoot } from '../helpers/project-root.js';
import { strayFiles } from './tree.js';

test('every file that is kept stands in a folder of the layout', (context) => {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: projectRoot, encoding: 'utf8' });
  if (status !== 0) return context.skip('not a clone');
  assert.deepEqual(strayFiles(stdout.split('\0').filter((path) => path !== '')), []);
});

test('the rule itself sees a stray file and a stray folder', () => {
  const paths = ['README.md', 'src/main.ts', 't.mjs', 'scratch/a.ts', '.ci/run', 'src/log/a.log'];
  assert.deepEqual(strayFiles(paths), ['t.mjs', 'scratch/a.ts', 'src/log/a.log']);
});
