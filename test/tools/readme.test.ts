import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withModules } from '../../tools/manual/readme.js';
import { projectRoot } from '../helpers/project-root.js';

test('README.md lists the modules that are served now; otherwise run npm run manual', async () => {
  const text = readFileSync(`${projectRoot}README.md`, 'utf8');
  assert.equal(await withModules(text), text);
});

test('a README without its marks is refused', async () => {
  await assert.rejects(withModules('no marks'), /lost the marks/);
});
