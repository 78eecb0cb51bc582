import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SourceFile, SourceText } from '../../src/base/source-range.js';
import { diagnosticCodes } from '../../src/diagnostics/codes.js';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { renderJson } from '../../src/diagnostics/render-json.js';
import { renderSarif } from '../../src/diagnostics/render-sarif.js';
import { renderText } from '../../src/diagnostics/render-text.js';

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const main: SourceFile = { name: 'main.conf', text: 'include "b.conf"\n', includedFrom: null };
const included: SourceFile = {
  name: '/etc/b c.conf',
  text: latin1('# ü\n\tname = "ö", "x\ny"\n'),
  includedFrom: new SourceText(main).range(0, 16),
};
const text = new SourceText(included);
const at = (part: string, length = part.length) => {
  const start = included.text.indexOf(part);
  return text.range(start, start + length);
};
const problem: Diagnostic = {
  code: 'wrong-type',
  severity: 'error',
  summary: latin1('"ö" is wrong'),
  detail: 'Write another.',
  origin: at('"x', 5),
  related: [{ message: 'It is here', origin: at('name') }],
};
const note: Diagnostic = { code: 'variable-unused', severity: 'info', summary: 'nobody asks', origin: null };

test('text shows the line, the place below it, what to do, and how the file came in', () => {
  assert.deepEqual(renderText(problem).split('\n'), [
    `/etc/b c.conf:2:15: error: ${latin1('"ö" is wrong')} [wrong-type]`,
    latin1('    2 | \tname = "ö", "x'),
    '      | \t             ^^',
    '  Write another.',
    '  It is here: /etc/b c.conf:2:2',
    '  included from main.conf:1:1',
  ]);
  assert.equal(renderText(note), 'note: nobody asks [variable-unused]');
});

test('a line that is very long, or that holds control characters, is cut and made plain', () => {
  const long: SourceFile = {
    name: 'long.conf',
    text: `${'a'.repeat(500)}\x1b[2J${'b'.repeat(500)}`,
    includedFrom: null,
  };
  const [, excerpt, carets] = renderText({ ...note, origin: new SourceText(long).range(500, 504) }).split(
    '\n',
  );
  assert.ok(excerpt.length < 200 && excerpt.includes('a?[2Jb'), excerpt);
  assert.equal(carets.indexOf('^'), excerpt.indexOf('?'));
});

test('json counts, and gives places in Unicode with their ends', () => {
  const { problems, ...counts } = JSON.parse(renderJson([problem, note]));
  assert.deepEqual(counts, { version: 1, errors: 1, warnings: 0, notes: 1 });
  assert.equal(problems[0].summary, '"ö" is wrong');
  const { file, line, column, endLine, endColumn, offset, length } = problems[0].place;
  assert.deepEqual([file, line, column, endLine, endColumn], ['/etc/b c.conf', 2, 14, 3, 3]);
  assert.equal(included.text.slice(offset, offset + length), '"x\ny"');
  assert.equal(problems[0].related[0].place.column, 2);
  assert.equal(problems[0].includedFrom[0].file, 'main.conf');
  assert.deepEqual([problems[1].place, problems[1].detail], [null, null]);
});

test('sarif names rules, levels, regions and related places', () => {
  const log = JSON.parse(renderSarif([problem, note], 'main.conf'));
  const [run] = log.runs;
  assert.equal(log.version, '2.1.0');
  assert.equal(run.tool.driver.rules.length, Object.keys(diagnosticCodes).length);
  const [first, second] = run.results;
  assert.equal(run.tool.driver.rules[first.ruleIndex].id, first.ruleId);
  assert.deepEqual([first.level, second.level], ['error', 'note']);
  const { artifactLocation, region } = first.locations[0].physicalLocation;
  assert.equal(artifactLocation.uri, 'file:///etc/b%20c.conf');
  assert.deepEqual([region.startLine, region.startColumn, region.endLine, region.endColumn], [2, 14, 3, 3]);
  assert.deepEqual(
    first.relatedLocations.map((place: { message: { text: string } }) => place.message.text),
    ['It is here', 'Included from'],
  );
  assert.equal(second.locations[0].physicalLocation.artifactLocation.uri, 'main.conf');
});
