import { ConfigSyntax } from '../../../grammar/index.js';
import type { SourceFile } from '../../base/source-range.js';
import { readConfiguration } from '../../config/read.js';
import type { ConfigTree } from '../../config/tree.js';
import type { DiagnosticCode } from '../../diagnostics/codes.js';
import { type Diagnostic, DiagnosticList } from '../../diagnostics/diagnostic.js';
import { checkConfiguration } from '../../modules/check-configuration.js';
import { noteLayoutRepairs } from './layout-repairs.js';
import { warnOfSlowPatterns } from './slow-patterns.js';
import { warnOfUnreachableBlocks } from './unreachable-blocks.js';
import { noteUnusedVariables } from './unused-variables.js';

export interface CheckReport {
  /** In the order of the texts; what belongs to no place comes first. */
  readonly diagnostics: readonly Diagnostic[];
  /** Was all of the text read and understood? Otherwise there may be more problems than are listed. */
  readonly isWhole: boolean;
  /** Every text that was read, the main file first. */
  readonly sources: readonly SourceFile[];
}

const unreadCodes: readonly DiagnosticCode[] = [
  'file-unreadable',
  'syntax-error',
  'unterminated-string',
  'include-failed',
  'include-shell-failed',
];

/**
 * Every problem of a configuration (`-`: standard input) and of all that it includes, in one run: what a server says
 * when it loads it, and what only a reader of the whole can tell. `moduleDir`: as `-m`. `texts`: what is read in place
 * of files of these names.
 */
export async function checkFile(
  fileName: string,
  moduleDir: string,
  texts?: ReadonlyMap<string, string>,
): Promise<CheckReport> {
  const syntax = new ConfigSyntax();
  const { tree, diagnostics } = readConfiguration(fileName, { syntax, texts });
  const isWhole = !diagnostics.items.some(
    ({ code, severity }) => severity === 'error' && unreadCodes.includes(code),
  );
  const items = [...diagnostics.items];
  if (tree !== null) {
    // after an error, what seems to be missing may stand in the part that was not understood
    const isMissing = (item: Diagnostic) => diagnostics.hasErrors && item.origin === null;
    items.push(...(await checkTree(tree, moduleDir, syntax)).filter((item) => !isMissing(item)));
  }
  const sources = tree?.sources ?? [];
  return { diagnostics: inTextOrder(withoutEchoes(items), sources), isWhole, sources };
}

async function checkTree(tree: ConfigTree, moduleDir: string, syntax: ConfigSyntax): Promise<Diagnostic[]> {
  const { diagnostics: loaded } = await checkConfiguration(tree, moduleDir);
  const own = new DiagnosticList();
  warnOfUnreachableBlocks(tree, own);
  warnOfSlowPatterns(tree, own);
  noteUnusedVariables(tree, syntax, own);
  noteLayoutRepairs(tree, syntax, own);
  return [...loaded.items, ...own.items];
}

/** What an error says already is not said again in a warning. */
function withoutEchoes(items: Diagnostic[]): Diagnostic[] {
  const placeOf = ({ code, origin }: Diagnostic) => `${code} ${origin?.source.name} ${origin?.line}`;
  const errors = new Set(items.filter(({ severity }) => severity === 'error').map(placeOf));
  return items.filter(
    (item) => item.severity === 'error' || item.origin === null || !errors.has(placeOf(item)),
  );
}

function inTextOrder(items: Diagnostic[], sources: readonly SourceFile[]): Diagnostic[] {
  const numbers = new Map(sources.map((source, index) => [source, index]));
  const sourceNumber = ({ origin }: Diagnostic) => (origin && numbers.get(origin.source)) ?? -1;
  const offset = ({ origin }: Diagnostic) => origin?.start ?? -1;
  return items.sort((a, b) => sourceNumber(a) - sourceNumber(b) || offset(a) - offset(b));
}
