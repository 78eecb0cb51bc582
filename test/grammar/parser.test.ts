import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Lexer } from '../../grammar/chevrotain.js';
import { ConfigParser } from '../../grammar/parser.js';
import { vocabulary } from '../../grammar/tokens.js';
import { describeGrammar, treeTypes, withDescription } from '../../tools/grammar-page.js';
import { projectRoot } from '../helpers/project-root.js';

test("the tokens and the grammar pass Chevrotain's own checks, which are left out at run time", () => {
  new Lexer(vocabulary, { positionTracking: 'onlyOffset', ensureOptimizations: true });
  new ConfigParser({ recoveryEnabled: true, skipValidations: false });
});

test('what is generated from the grammar is up to date', () => {
  const page = read('grammar/README.md');
  assert.equal(page, withDescription(page, describeGrammar()), 'run node dist/tools/generate-grammar.js');
  // the formatter has its own mind about quotes and line ends
  assert.deepEqual(read('grammar/cst.d.ts').match(/\w+/g), treeTypes().match(/\w+/g));
});

function read(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}
