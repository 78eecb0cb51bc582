import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigSyntax } from '../../grammar/index.js';
import { Evaluator } from '../../src/config/evaluate.js';
import { LoadError, type TextLoader } from '../../src/config/load-error.js';
import { printConfig } from '../../src/config/print.js';
import { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import { renderText } from '../../src/diagnostics/render-text.js';
import { projectRoot } from '../helpers/project-root.js';
import { readCorpus } from './corpus.js';

const syntax = new ConfigSyntax();
const runs = 10_000;
const excerptLength = 3000;
const runTimeMaxMs = 5000;

const loader: TextLoader = {
  workingFolder: '/',
  processId: 1,
  expandInclude: (pattern) => [pattern],
  readFile: refuse,
  runCommand: refuse,
  environmentVariable: () => undefined,
};

test('any text ends in a tree or in problems with a place, soon', () => {
  const texts = readTexts();
  const excerpt = fc
    .tuple(fc.constantFrom(...texts), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([text, from]) => {
      const start = Math.floor(from * Math.max(0, text.length - excerptLength));
      return text.slice(start, start + excerptLength);
    });
  const pieces = [
    '"',
    '\\',
    '(',
    ')',
    '{',
    '}',
    '=',
    '=>',
    '+=',
    ':=',
    '+',
    ',',
    '$',
    '[',
    ']',
    '#',
    '\n',
    '\r',
  ];
  const words = [
    'else',
    'if',
    'global',
    'include "x"',
    'var.a',
    '12',
    '\0',
    '\xc2\xa0',
    '==',
    '=~',
    '!~',
    ' ',
    '\t',
  ];
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(20),
    insert: fc.oneof(
      fc.constantFrom('', ...pieces, ...words),
      excerpt.map((text) => text.slice(0, 200)),
    ),
  });
  fc.assert(
    fc.property(excerpt, fc.array(change, { minLength: 1, maxLength: 6 }), (text, changes) => {
      const changed = changes.reduce((before, { at, remove, insert }) => {
        const start = Math.floor(at * before.length);
        return before.slice(0, start) + insert + before.slice(start + remove);
      }, text);
      evaluate(changed);
    }),
    { numRuns: runs },
  );
});

function evaluate(text: string): void {
  const start = performance.now();
  const diagnostics = new DiagnosticList();
  const main = { name: 'main.conf', text, includedFrom: null };
  const tree = new Evaluator(main, syntax, loader, diagnostics).run(main, '');
  for (const item of diagnostics.items) {
    assert.ok(item.origin !== null && item.origin.end <= text.length);
    assert.match(renderText(item), /^main\.conf:\d+:\d+: /);
  }
  if (!diagnostics.hasErrors) assert.match(printConfig(tree), /^config \{\n/);
  assert.ok(performance.now() - start < runTimeMaxMs);
}

/** Real configurations where they are at hand, otherwise the one of the project. */
function readTexts(): string[] {
  const files = readCorpus();
  if (files.length > 0) return files.map(({ path }) => readFileSync(path, 'latin1'));
  return [readFileSync(join(projectRoot, 'fixtures/quickstart/lighttpd.conf'), 'latin1')];
}

function refuse(name: string): never {
  throw new LoadError('include-failed', `no such text: ${name}`, 'There are no others.');
}
