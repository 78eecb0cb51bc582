import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { diagnosticCodes } from '../../src/diagnostics/codes.js';
import { projectRoot } from '../helpers/project-root.js';

/** Codes that no file of the project reports. That those which are reported are in the table, types see to. */
function unreportedCodes(codes: readonly string[], texts: readonly string[]): string[] {
  return codes.filter((code) => !texts.some((text) => text.includes(`'${code}'`)));
}

test('each diagnostic code is reported somewhere', () => {
  const texts = ['grammar', 'src'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'diagnostics/codes.ts')
      .map((name) => readFileSync(join(projectRoot, folder, name), 'utf8')),
  );
  assert.deepEqual(unreportedCodes(Object.keys(diagnosticCodes), texts), []);
  assert.deepEqual(unreportedCodes(['nobody-reports-this'], texts), ['nobody-reports-this']);
});
