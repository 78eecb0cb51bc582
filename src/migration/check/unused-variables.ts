import type { ConfigSyntax, Expression, Statement } from '../../../grammar/index.js';
import { lowerAscii } from '../../base/ascii.js';
import type { Origin } from '../../base/source-range.js';
import type { ConfigTree } from '../../config/tree.js';
import type { DiagnosticList } from '../../diagnostics/diagnostic.js';

/** Variables by name in lower case. */
interface Variables {
  /** Where each is set first, with its name as written. */
  readonly set: Map<string, { readonly name: string; readonly origin: Origin }>;
  readonly used: Set<string>;
}

/** Notes variables that are set and that no value, condition or include takes. */
export function noteUnusedVariables(
  { sources }: ConfigTree,
  syntax: ConfigSyntax,
  diagnostics: DiagnosticList,
): void {
  const variables: Variables = { set: new Map(), used: new Set() };
  for (const source of new Set(sources)) collect(syntax.parse(source).file.statements, variables);
  for (const [key, { name, origin }] of variables.set) {
    if (variables.used.has(key)) continue;
    diagnostics.note(
      'variable-unused',
      origin,
      `${name} is set and never used`,
      'Remove it, or is it misspelt where it should be used?',
    );
  }
}

function collect(statements: readonly Statement[], variables: Variables): void {
  for (const statement of statements) {
    if (statement.type === 'assignment') {
      const { name } = statement;
      const key = keyOf(name.text);
      if (key.startsWith('var.') && !variables.set.has(key))
        variables.set.set(key, { name: name.text, origin: name.range });
      collectUsed(statement.value, variables);
    } else if (statement.type === 'include') {
      collectUsed(statement.argument, variables);
    } else if (statement.type === 'global') {
      collect(statement.statements, variables);
    } else {
      for (const { condition, statements: inner } of statement.branches) {
        if (condition !== null) collectUsed(condition.key, variables);
        if (condition !== null) collectUsed(condition.value, variables);
        collect(inner, variables);
      }
    }
  }
}

function collectUsed(expression: Expression, variables: Variables): void {
  if (expression.type === 'name') variables.used.add(keyOf(expression.text));
  else if (expression.type === 'sum') for (const term of expression.terms) collectUsed(term, variables);
  else if (expression.type === 'array') {
    for (const { key, value } of expression.elements) {
      if (key !== null) collectUsed(key, variables);
      collectUsed(value, variables);
    }
  }
}

function keyOf(name: string): string {
  return lowerAscii(name.includes('.') ? name : `var.${name}`);
}
