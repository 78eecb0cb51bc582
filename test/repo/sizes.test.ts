import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertHolds, found } from './rule-tests.js';
import { fileSizes, functionSizes } from './sizes.js';

const lines = (count: number, line = 'step();\n'): string => line.repeat(count);

suite('sizes', () => {
  test('files have at most 400 lines', () => assertHolds(fileSizes));
  test('functions have at most 70 lines', () => assertHolds(functionSizes));
});

suite('the rules themselves see', () => {
  test('a file of 401 lines, and let one of 400 be', () => {
    assert.match(found(fileSizes, { 'src/http/a.ts': lines(401) }), /a\.ts:1 has 401 lines/);
    assert.equal(found(fileSizes, { 'src/http/a.ts': lines(400) }), '');
  });

  test('a table, and code that only holds one', () => {
    const table = `export const types = {\n${lines(500, "  '.txt': 'text/plain',\n")}} as const;\n`;
    assert.equal(found(fileSizes, { 'src/http/a.ts': table }), '');
    assert.match(found(fileSizes, { 'src/http/a.ts': table + lines(200) }), /has 702 lines/);
  });

  test('tests of any length', () => {
    assert.equal(found(fileSizes, { 'test/http/a.test.ts': lines(900) }), '');
    assert.equal(found(functionSizes, { 'test/http/a.test.ts': `function f() {\n${lines(90)}}` }), '');
  });

  test('a function of 71 lines in each form, and let one of 70 be', () => {
    const body = (count: number) => `{\n${lines(count - 2)}}`;
    const forms = (count: number) => [
      `function f() ${body(count)}`,
      `const f = async () => ${body(count)};`,
      `class A { f() ${body(count)} }`,
      `const o = { f() ${body(count)} };`,
    ];
    for (const text of forms(71)) {
      assert.match(found(functionSizes, { 'src/http/a.ts': text }), /a\.ts:1 this function has 71 lines/);
    }
    for (const text of forms(70)) assert.equal(found(functionSizes, { 'src/http/a.ts': text }), '');
  });
});
