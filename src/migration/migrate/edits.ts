import type { ArrayElement, Assignment, ConfigFile, Expression, Statement } from '../../../grammar/index.js';
import type { Origin } from '../../base/source-range.js';
import { backendDirectives, type DirectiveRule, renamedModules, renamedOptions } from './rules.js';

/** A piece of a text that is replaced. `what` says it in words; null for a second piece of one change. */
export interface Edit {
  readonly origin: Origin;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly what: string | null;
}

/** All assignments of a text, those in blocks too. */
export function assignmentsOf(statements: readonly Statement[]): Assignment[] {
  return statements.flatMap((statement): Assignment[] => {
    switch (statement.type) {
      case 'assignment':
        return [statement];
      case 'global':
        return assignmentsOf(statement.statements);
      case 'conditional':
        return statement.branches.flatMap((branch) => assignmentsOf(branch.statements));
      default:
        return [];
    }
  });
}

/** What is to be done in one text. `taken`: directives that are set somewhere, in lower case. */
export function editsOf(
  file: ConfigFile,
  rules: ReadonlyMap<string, DirectiveRule>,
  taken: ReadonlySet<string>,
): Edit[] {
  return assignmentsOf(file.statements).flatMap((assignment) => {
    const name = assignment.name.text.toLowerCase();
    if (name === 'server.modules') return moduleEdits(assignment.value);
    if (backendDirectives.includes(name)) return optionEdits(assignment.value);
    const rule = rules.get(name);
    if (rule === undefined) return [];
    if (rule.kind === 'remove') return [removal(assignment, rule.why)];
    // both are set: which of them counts is not for a rewriter to say
    return taken.has(rule.to.toLowerCase()) ? [] : renaming(assignment, rule.to, rule.wrap);
  });
}

function renaming(
  { name, operator, value }: Assignment,
  to: string,
  wrap: readonly [string, string] | undefined,
): Edit[] {
  // what is appended to a text cannot be appended to a list
  if (wrap !== undefined && operator !== '=') return [];
  const edits = [replacement(name.range, to, `${name.text} is now ${to}`)];
  if (wrap !== undefined) {
    const { start, end } = value.range;
    edits.push({ origin: value.range, start, end: start, text: wrap[0], what: null });
    edits.push({ origin: value.range, start: end, end, text: wrap[1], what: null });
  }
  return edits;
}

function replacement(origin: Origin, text: string, what: string): Edit {
  return { origin, start: origin.start, end: origin.end, text, what };
}

/** Takes the statement out, and its line where nothing else is on it. */
function removal({ name, range }: Assignment, why: string): Edit {
  const { text } = range.source;
  const lineStart = 1 + Math.max(text.lastIndexOf('\n', range.start), text.lastIndexOf('\r', range.start));
  const restOfLine = /[ \t]*(?:\r\n?|\n|$)/y;
  restOfLine.lastIndex = range.end;
  const isAlone = text.slice(lineStart, range.start).trim() === '' && restOfLine.test(text);
  const [start, end] = isAlone ? [lineStart, restOfLine.lastIndex] : [range.start, range.end];
  return { origin: range, start, end, text: '', what: `${name.text} is taken out: ${why}` };
}

/** Renames modules; one that stands there under its new name too is left, as it is loaded once anyway. */
function moduleEdits(value: Expression): Edit[] {
  return elementsOf(value).flatMap(({ value: element }) => {
    const to = element.type === 'string' ? renamedModules.get(element.value) : undefined;
    if (to === undefined || element.type !== 'string') return [];
    return [replacement(element.range, `"${to}"`, `${element.value} is now ${to}`)];
  });
}

/** Renames options by name, however deep in the lists of backends they stand. */
function optionEdits(value: Expression): Edit[] {
  return elementsOf(value).flatMap(({ key, value: inner }) => {
    const to = key?.type === 'string' ? renamedOptions.get(key.value) : undefined;
    if (key?.type !== 'string' || to === undefined) return optionEdits(inner);
    const isTaken = elementsOf(value).some(
      ({ key: other }) => other?.type === 'string' && other.value === to,
    );
    return isTaken ? [] : [replacement(key.range, `"${to}"`, `"${key.value}" is now "${to}"`)];
  });
}

function elementsOf(value: Expression): readonly ArrayElement[] {
  if (value.type === 'sum') return value.terms.flatMap(elementsOf);
  return value.type === 'array' ? value.elements : [];
}

/** The text with all edits done; they must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
