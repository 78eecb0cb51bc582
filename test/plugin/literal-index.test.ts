import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LiteralIndex, literalPartOf } from '../../src/plugin/literal-index.js';

describe('the literal part of a pattern', () => {
  const atStart: readonly (readonly [pattern: string, text: string])[] = [
    ['^/a/(.*)$', '/a/'],
    ['^/index\\.php\\?x', '/index.php?x'],
    ['^/ab?c', '/a'],
    ['^/ab*', '/a'],
    ['^/ab{0,2}', '/a'],
    ['^/ab+', '/ab'],
    ['^/ab+?c', '/ab'],
    ['^/a$', '/a'],
    ['^/a/[]|(]b', '/a/'],
  ];
  for (const [pattern, text] of atStart)
    it(`${pattern}: ${text} at the start`, () =>
      assert.deepEqual(literalPartOf(pattern), { text, atStart: true }));

  const anywhere: readonly (readonly [pattern: string, text: string])[] = [
    ['^/(a|b)/page-7/', '/page-7/'],
    ['\\.php$', '.php'],
    ['b+cd', 'cd'],
    ['(?:x|(y)){2}abc(?!def)', 'abc'],
    ['a\\bcd\\d+', 'cd'],
    ['^(.*)$', ''],
    ['', ''],
  ];
  for (const [pattern, text] of anywhere)
    it(`${pattern || 'nothing'}: ${text || 'nothing'}`, () =>
      assert.deepEqual(literalPartOf(pattern), { text, atStart: false }));

  const unclear = [
    '^/a|/b',
    '^/a(b|c)|d',
    '(?i)^/a',
    '^/a(?i)b',
    '^\\Q/a|b\\E',
    '/a\\x41',
    '/\\1a',
    '[[:alpha:]]a',
    'a{ 1 }',
    '\xc3\xa9?a',
  ];
  for (const pattern of unclear)
    it(`${pattern}: nothing`, () => assert.equal(literalPartOf(pattern).text, ''));

  it('is in each text that the pattern matches', () => {
    const pieces = [
      '^',
      'a',
      'b',
      '/',
      '.',
      '?',
      '*',
      '+',
      '|',
      '(',
      '(?:',
      '(?!',
      ')',
      '[',
      '[^',
      ']',
      '{1}',
      '{0,2}',
      '\\.',
      '\\w',
      '\\b',
      '$',
      '\\x61',
    ];
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '\n'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), text, (parts, subject) => {
        const pattern = parts.join('');
        // a class that is empty in JavaScript goes on in PCRE
        if (/\[\^?\]/.test(pattern)) return;
        let regexp: RegExp;
        try {
          regexp = new RegExp(pattern);
        } catch {
          return;
        }
        if (!regexp.test(subject)) return;
        const part = literalPartOf(pattern);
        assert.ok(part.atStart ? subject.startsWith(part.text) : subject.includes(part.text), pattern);
      }),
      { numRuns: 20000 },
    );
  });
});

it('an index finds the same parts as a look at each', () => {
  const text = fc.string({ unit: fc.constantFrom('/', 'a', 'b'), maxLength: 4 });
  const part = fc.record({ text, atStart: fc.boolean() });
  fc.assert(
    fc.property(fc.array(part), text, (parts, subject) => {
      const holds = (p: (typeof parts)[number]): boolean =>
        p.atStart ? subject.startsWith(p.text) : subject.includes(p.text);
      const expected = parts.flatMap((p, entry) => (holds(p) ? [entry] : []));
      assert.deepEqual(new LiteralIndex(parts).find(subject), expected);
    }),
  );
});
