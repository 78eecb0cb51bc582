import { readFileSync } from 'node:fs';
import { readParseOptions } from '../../src/http/parse-options.js';

/** Answers of lighttpd under one setting of `server.http-parseopts`: what was sent, and what became of it. */
export interface RecordedGroup<Result> {
  readonly suite: string;
  readonly options: number;
  readonly cases: readonly (readonly [sent: string, result: Result | null])[];
}

interface RecordedFile<Result> {
  readonly groups: readonly {
    readonly suite: string;
    readonly parseopts: Readonly<Record<string, boolean>>;
    readonly cases: RecordedGroup<Result>['cases'];
  }[];
}

/** Reads `fixtures/http/<name>.json`; bytes stand in it as characters of latin1. */
export function recordedGroups<Result>(name: string): readonly RecordedGroup<Result>[] {
  const file: RecordedFile<Result> = JSON.parse(readFileSync(`fixtures/http/${name}.json`, 'utf8'));
  return file.groups.map(({ suite, parseopts, cases }) => ({
    suite,
    options: readParseOptions(Object.entries(parseopts)),
    cases,
  }));
}
