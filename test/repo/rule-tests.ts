import assert from 'node:assert/strict';
import { asText, type Rule, readSourceFiles, type SourceFile, sourceFile } from './source-file.js';

/** Fails, naming each place, where the code base breaks the rule. */
export function assertHolds(rule: Rule, files: readonly SourceFile[] = readSourceFiles()): void {
  assert.equal(asText(rule(files)), '');
}

/** What the rule says of a small project, given as text by path: each rule is itself tested with a bad sample. */
export function found(rule: Rule, project: Readonly<Record<string, string>>): string {
  return asText(rule(Object.entries(project).map(([path, text]) => sourceFile(path, text))));
}
