import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from '../../src/cli/options.js';

function read(...words: string[]): (readonly string[])[] {
  return Array.from(readOptions(words, 'f:pt'), ({ letter, argument, problem }) => [
    letter,
    argument,
    problem ?? '',
  ]);
}

test('options are read as getopt(3) reads them', () => {
  assert.deepEqual(read('-t', '-f', 'x'), [
    ['t', '', ''],
    ['f', 'x', ''],
  ]);
  assert.deepEqual(read('-ptfx', 'word', '-t'), [
    ['p', '', ''],
    ['t', '', ''],
    ['f', 'x', ''],
    ['t', '', ''],
  ]);
  assert.deepEqual(read('-f', '-t'), [['f', '-t', '']]);
  assert.deepEqual(read('-t', '--', '-p'), [['t', '', '']]);
  assert.deepEqual(read('-', '-f', '-'), [['f', '-', '']]);
});

test('what is no option, and a missing argument, are told', () => {
  assert.deepEqual(read('-x'), [['x', '', "invalid option -- 'x'"]]);
  assert.deepEqual(read('--help')[0], ['-', '', "invalid option -- '-'"]);
  assert.deepEqual(read('-:')[0], [':', '', "invalid option -- ':'"]);
  assert.deepEqual(read('-pf'), [
    ['p', '', ''],
    ['f', '', "option requires an argument -- 'f'"],
  ]);
});
