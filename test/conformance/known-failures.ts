import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { projectRoot } from '../helpers/project-root.js';
import type { SuiteResult } from './run-suites.js';

/** Reasons by suite and case. */
export type KnownFailures = Readonly<Record<string, Readonly<Record<string, string>>>>;

const path = `${projectRoot}test/conformance/known-failures.json`;

export function readKnownFailures(): KnownFailures {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

export function writeKnownFailures(known: KnownFailures): void {
  writeFileSync(path, `${JSON.stringify(known, null, 2)}\n`);
}

/** Entries that name no case: a renamed case must not take its excuse along. */
export function strayEntries(
  known: KnownFailures,
  casesOf: (suite: string) => readonly string[],
): readonly string[] {
  return Object.entries(known).flatMap(([suite, cases]) => {
    const names = new Set(casesOf(suite));
    return Object.keys(cases)
      .filter((name) => !names.has(name))
      .map((name) => `${suite}: ${name}`);
  });
}

export interface Update {
  readonly known: KnownFailures;
  /** Cases that fail, and that the list did not have before. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The list as it should be after these results; suites that were not run keep their entries. */
export function updateKnownFailures(
  known: KnownFailures,
  results: readonly SuiteResult[],
  reason: string,
): Update {
  const next: Record<string, Readonly<Record<string, string>>> = { ...known };
  const added: string[] = [];
  const removed: string[] = [];
  for (const { name, cases } of results) {
    const before = known[name] ?? {};
    const failing = cases.filter((result) => result.differences.length > 0).map((result) => result.name);
    next[name] = Object.fromEntries(failing.map((test) => [test, before[test] ?? reason]));
    added.push(...failing.filter((test) => !(test in before)).map((test) => `${name}: ${test}`));
    const gone = Object.keys(before).filter((test) => !failing.includes(test));
    removed.push(...gone.map((test) => `${name}: ${test}`));
  }
  const sorted = Object.entries(next).filter(([, cases]) => Object.keys(cases).length > 0);
  return { known: Object.fromEntries(sorted.sort(([a], [b]) => (a < b ? -1 : 1))), added, removed };
}
