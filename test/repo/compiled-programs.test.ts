import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Script } from 'node:vm';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { compileProgram } = createRequire(import.meta.url)(`${root}bin/load-program.js`) as {
  compileProgram(file: string): Script;
};

for (const name of ['main', 'worker-main']) {
  test(`what V8 compiled of ${name} at build time is taken when it starts`, () => {
    assert.equal(compileProgram(`${root}dist/src/program/${name}.js`).cachedDataRejected, false);
  });
}
