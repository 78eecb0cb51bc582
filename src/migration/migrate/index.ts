import { ConfigSyntax } from '../../../grammar/index.js';
import type { SourceFile } from '../../base/source-range.js';
import type { DiagnosticCode } from '../../diagnostics/codes.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { loadAllTables } from '../../modules/registry.js';
import { type CheckReport, checkFile } from '../check/index.js';
import { applyEdits, assignmentsOf, type Edit, editsOf } from './edits.js';
import { directiveRules } from './rules.js';

/** What `migrate` makes of a configuration. */
export interface Migration {
  /** In the order of the texts. */
  readonly edits: readonly Edit[];
  /** The new text of each file that changes, by its name. */
  readonly texts: ReadonlyMap<string, string>;
  /** What somebody has to decide, by its place in the new texts. */
  readonly left: readonly Diagnostic[];
}

const ageCodes: readonly DiagnosticCode[] = [
  'removed-directive',
  'deprecated-directive',
  'module-not-served',
  'unknown-module',
];

/**
 * Rewrites what has another name in current lighttpd, or no effect any more, in a configuration and in all files that
 * it includes; nothing else of the text changes, and nothing is written. A configuration that cannot be understood
 * whole is not touched: what `check` says of it is given.
 */
export async function migrateFile(fileName: string, moduleDir: string): Promise<Migration | CheckReport> {
  const before = await checkFile(fileName, moduleDir);
  if (!before.isWhole) return before;
  const syntax = new ConfigSyntax();
  const files = filesOf(before.sources).map((source) => syntax.parse(source).file);
  const rules = directiveRules(await loadAllTables());
  const taken = new Set(
    files.flatMap((file) => assignmentsOf(file.statements)).map(({ name }) => name.text.toLowerCase()),
  );
  const edits: Edit[] = [];
  const texts = new Map<string, string>();
  for (const file of files) {
    const own = editsOf(file, rules, taken);
    if (own.length === 0) continue;
    edits.push(...own);
    const { name, text } = file.range.source;
    texts.set(name, applyEdits(text, own));
  }
  // (each time the texts are read, the commands of include_shell run)
  const after = texts.size === 0 ? before : await checkFile(fileName, moduleDir, texts);
  refuseNewErrors(before, after);
  return { edits, texts, left: after.diagnostics.filter(({ code }) => ageCodes.includes(code)) };
}

/** A file that is included twice counts once; what a command has printed is no file. */
function filesOf(sources: readonly SourceFile[]): SourceFile[] {
  const files = new Map<string, SourceFile>();
  for (const source of sources) {
    const by = source.includedFrom;
    const isPrinted = by?.source.text.startsWith('include_shell', by.start) ?? false;
    if (!isPrinted && !files.has(source.name)) files.set(source.name, source);
  }
  return [...files.values()];
}

/** A rewriter that breaks what it rewrites must not be believed. */
function refuseNewErrors(before: CheckReport, after: CheckReport): void {
  const errorsOf = ({ diagnostics }: CheckReport) =>
    diagnostics.filter(({ severity }) => severity === 'error');
  if (after.isWhole && errorsOf(after).length <= errorsOf(before).length) return;
  const [first] = errorsOf(after);
  throw new Error(`the new text would not be accepted (${first?.summary}); nothing was changed`);
}
