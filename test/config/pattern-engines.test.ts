import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Matcher,
  MatchLimitError,
  type TranslatedPattern,
  translatePcre,
} from '../../src/config/pcre/index.js';

const character = fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\W', '(?i:a)');
const assertion = fc.constantFrom('^', '$', '\\b', '\\B');
const quantifier = fc.constantFrom('', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{2,}?');

/** Patterns of what both engines know. */
const { pattern } = fc.letrec<{ pattern: string; branch: string; item: string; group: string }>((tie) => ({
  pattern: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
  branch: fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((items) => items.join('')),
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(character, quantifier).map((parts) => parts.join('')),
    assertion,
    fc.tuple(tie('group'), quantifier).map((parts) => parts.join('')),
  ),
  group: fc.tuple(fc.constantFrom('(', '(?:'), tie('pattern')).map(([start, inner]) => `${start}${inner})`),
}));
const subject = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', '/', ' '), maxLength: 10 });

test("the matcher finds what JavaScript's engine finds, where that suits the pattern", () => {
  let compared = 0;
  fc.assert(
    fc.property(pattern, fc.array(subject, { minLength: 5, maxLength: 5 }), (source, subjects) => {
      const translated = translate(source);
      const regexp: RegExp | null = translated.forAscii();
      if (regexp === null) return;
      const matcher = translated.matcher();
      for (const text of subjects) {
        const groups = groupsOf(text, matcher, translated.captureCount);
        if (groups === 'given up') continue;
        const match = regexp.exec(text);
        assert.deepEqual(groups, match && Array.from(match), `${source} on ${JSON.stringify(text)}`);
        compared++;
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(compared > 3000, `${compared} compared`);
});

function groupsOf(
  text: string,
  matcher: Matcher,
  captureCount: number,
): (string | undefined)[] | null | 'given up' {
  try {
    const ends = matcher.exec(text);
    if (ends === null) return null;
    return Array.from({ length: captureCount + 1 }, (_, group) =>
      ends[2 * group] < 0 ? undefined : text.slice(ends[2 * group], ends[2 * group + 1]),
    );
  } catch (error) {
    if (error instanceof MatchLimitError) return 'given up';
    throw error;
  }
}

function translate(source: string): TranslatedPattern {
  const translated = translatePcre(source);
  if (typeof translated === 'string') throw new Error(translated);
  return translated;
}
