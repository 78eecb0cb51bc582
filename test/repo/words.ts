import { type Finding, lineAt } from './source-file.js';

/** A text of the project: source or documentation. */
export interface ProjectText {
  readonly path: string;
  readonly text: string;
}

interface BannedWord {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** This file and its test hold the words that they look for. */
const exempt = ['test/repo/words.ts', 'test/repo/words.test.ts'];

const bannedWords: readonly BannedWord[] = [
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g, instead: 'the finished thing, or an issue' },
  { pattern: /\butili[sz]e[sd]?\b/gi, instead: 'use' },
  { pattern: /\bleverag(?:e|es|ed|ing)\b/gi, instead: 'use' },
  { pattern: /\bin order to\b/gi, instead: 'to' },
  { pattern: /\b(?:basically|obviously|of course|please note)\b/gi, instead: 'nothing: leave it out' },
  { pattern: /\b(?:robust|seamless|blazing)(?:ly)?\b/gi, instead: 'what it does, with a figure' },
  {
    pattern: /biome-ignore-all|@ts-ignore|@ts-nocheck/g,
    instead: '@ts-expect-error, or biome-ignore on one line, with the reason',
  },
  {
    pattern: /\b(?:test|suite|describe|it)\.only\(/g,
    instead: 'the test without .only: the others must run too',
  },
  {
    pattern: /(?<![\w.@-])\/(?:home|work|Users)\/\w/g,
    instead: "a path that is right on everybody's machine",
  },
];

/** Words that say nothing, promise work, or tie the project to one machine. */
export function wordFindings(texts: readonly ProjectText[]): readonly Finding[] {
  return texts
    .filter(({ path }) => !exempt.includes(path))
    .flatMap(({ path, text }) =>
      bannedWords.flatMap(({ pattern, instead }) =>
        [...text.matchAll(pattern)].map((match) => ({
          path,
          line: lineAt(text, match.index),
          message: `"${match[0]}": write ${instead}`,
        })),
      ),
    );
}
