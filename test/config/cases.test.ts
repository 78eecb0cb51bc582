import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { readCases, runCase } from './cases.js';

for (const { path, input, expected } of readCases())
  test(basename(path), () => assert.equal(runCase(input), expected));
