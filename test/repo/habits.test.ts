import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { endOfProcess, fileState, standardOutput } from './habits.js';
import { assertHolds, found } from './rule-tests.js';

suite('habits', () => {
  test('only cli/ writes to standard output', () => assertHolds(standardOutput));
  test('only cli/ and process/ end the process', () => assertHolds(endOfProcess));
  test('no file holds state', () => assertHolds(fileState));
});

suite('the rules themselves see', () => {
  test('output from a wrong room', () => {
    const project = {
      'src/http/a.ts': "\nconsole.log('a');\nprocess.stdout.write('b');",
      'src/cli/a.ts': "console.log('a')",
    };
    assert.match(
      found(standardOutput, project),
      /^src\/http\/a\.ts:2 console\.log.*\nsrc\/http\/a\.ts:3 process\.stdout[^\n]*$/,
    );
  });

  test('an exit from a wrong room', () => {
    const project = { 'src/http/a.ts': 'process.exit(1)', 'src/process/a.ts': 'process.exitCode = 1' };
    assert.match(found(endOfProcess, project), /^src\/http\/a\.ts:1 process\.exit is for[^\n]*$/);
  });

  test('state in each form, and no constants', () => {
    for (const text of [
      'let a = 1;',
      'export let a: string;',
      'const a = new Map<string, string>();',
      'export const a: string[] = [];',
    ]) {
      assert.match(found(fileState, { 'src/http/a.ts': text }), /a\.ts:1 holds state at file level/, text);
    }
    const constants =
      "const a = new Set(['GET']);\nexport const b = ['a'];\nfunction f() { let c = 1; return c; }";
    assert.equal(found(fileState, { 'src/http/a.ts': constants }), '');
  });
});
