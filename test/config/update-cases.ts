// Writes what becomes of each configuration into its file below fixtures/config. Read the changes before committing them.
import { writeFileSync } from 'node:fs';
import { readCases, runCase, withResult } from './cases.js';

for (const { path, input } of readCases()) writeFileSync(path, withResult(input, runCase(input)), 'latin1');
