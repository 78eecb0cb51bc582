import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { manualPages } from '../../tools/manual/pages.js';
import { projectRoot } from '../helpers/project-root.js';

const folder = join(projectRoot, 'docs/reference');

test('the reference is what the tables say now; otherwise run npm run manual', async () => {
  const pages = await manualPages(projectRoot);
  assert.deepEqual(readdirSync(folder).sort(), [...pages.keys()].sort());
  for (const [name, text] of pages) assert.equal(readFileSync(join(folder, name), 'utf8'), text, name);
});
