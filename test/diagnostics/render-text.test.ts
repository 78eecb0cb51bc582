import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Origin, type SourceFile, SourceText } from '../../src/base/source-range.js';
import { renderText } from '../../src/diagnostics/render-text.js';

const main: SourceFile = { name: 'main.conf', text: 'include "x"\n', includedFrom: null };

function at(text: string, start: number, end: number, includedFrom: Origin | null = null): Origin {
  return new SourceText({ name: 'x.conf', text, includedFrom }).range(start, end);
}

test('a problem shows its place, its line with marks below, what to do, and where it was included', () => {
  const includedFrom = new SourceText(main).range(0, 11);
  const origin = at('a = 1\n\tb = oops + 1\n', 11, 15, includedFrom);
  const related = [{ message: 'It is set here', origin: at('a = 1\n', 0, 1) }];
  assert.equal(
    renderText({
      code: 'undefined-variable',
      severity: 'error',
      summary: 'oops',
      detail: 'Set it.',
      origin,
      related,
    }),
    [
      'x.conf:2:6: error: oops [undefined-variable]',
      '    2 | \tb = oops + 1',
      '      | \t    ^^^^',
      '  Set it.',
      '  It is set here: x.conf:1:1',
      '  included from main.conf:1:1',
    ].join('\n'),
  );
});

test('of a long line the part around the place is shown; control characters are not', () => {
  const origin = at(`${'x'.repeat(1000)}\x1b[31m${'y'.repeat(1000)}`, 1000, 1005);
  const [, line, marks] = renderText({ code: 'syntax-error', severity: 'error', summary: 's', origin }).split(
    '\n',
  );
  assert.ok(line.length < 200 && line.includes('xx?[31myy'));
  assert.equal(line[marks.indexOf('^')], '?');
  assert.match(marks, /\^{5}$/);
});

test('a place without text at hand, and no place at all, are told in words', () => {
  const origin = { ...at('', 0, 0), line: 3, column: 7 };
  assert.equal(
    renderText({ code: 'wrong-type', severity: 'warning', summary: 's', origin }),
    'x.conf:3:7: warning: s [wrong-type]',
  );
  assert.equal(
    renderText({ code: 'file-unreadable', severity: 'error', summary: 's', origin: null }),
    'error: s [file-unreadable]',
  );
});
