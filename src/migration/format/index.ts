import { ConfigSyntax, type Statement, type SyntaxProblem } from '../../../grammar/index.js';
import type { SourceFile } from '../../base/source-range.js';
import { DiagnosticList } from '../../diagnostics/diagnostic.js';
import { type FormattedWord, Writer } from './writer.js';

/**
 * A configuration in one layout: two blanks for each block and list, one blank around signs, at most one blank line.
 * Words, their order and comments stay as they are, so it means the same. A text with syntax errors, or with words that
 * lighttpd ignores, is not formatted: the problems are given.
 */
export function formatText(source: SourceFile, syntax: ConfigSyntax): string | DiagnosticList {
  const { file, problems } = syntax.parse(source);
  if (problems.length > 0) return listOf(problems);
  const starts = new Set<number>();
  collectStarts(file.statements, starts);
  const words: FormattedWord[] = syntax
    .words(source)
    .map((word) => ({ ...word, startsStatement: starts.has(word.start) }));
  const text = new Writer(source.text, words).write();
  // a formatter that changes what it formats must not be believed
  const after = syntax.words({ ...source, text });
  const isSame = after.length === words.length && after.every(({ image }, i) => image === words[i].image);
  if (!isSame || syntax.parse({ ...source, text }).problems.length > 0)
    throw new Error('the formatted text would not mean the same; nothing was changed');
  return text;
}

/** `formatText` for one text; `name` is what problems call it. */
export function formatFileText(name: string, text: string): string | DiagnosticList {
  return formatText({ name, text, includedFrom: null }, new ConfigSyntax());
}

function listOf(problems: readonly SyntaxProblem[]): DiagnosticList {
  const list = new DiagnosticList();
  for (const { range, related, ...problem } of problems)
    list.add({ ...problem, origin: range, related: related && [related] });
  return list;
}

/** Where statements begin; the branches of a condition after the first are no statements. */
function collectStarts(statements: readonly Statement[], starts: Set<number>): void {
  for (const statement of statements) {
    starts.add(statement.range.start);
    if (statement.type === 'global') collectStarts(statement.statements, starts);
    if (statement.type === 'conditional')
      for (const branch of statement.branches) collectStarts(branch.statements, starts);
  }
}
