import type { Branch, Condition, ConfigFile, Expression, Statement, Term } from './ast.js';

/** Writes a syntax tree as text that gives the same tree again. Comments and layout are not part of a tree. */
export function printAst(file: ConfigFile): string {
  return printStatements(file.statements, 0);
}

function printStatements(statements: readonly Statement[], depth: number): string {
  const indent = '  '.repeat(depth);
  return statements.map((statement) => `${indent}${printStatement(statement, depth)}\n`).join('');
}

function printStatement(statement: Statement, depth: number): string {
  switch (statement.type) {
    case 'assignment':
      return `${statement.name.text} ${statement.operator} ${printExpression(statement.value)}`;
    case 'include':
      return `${statement.keyword} ${printExpression(statement.argument)}`;
    case 'global':
      return `global ${printBlock(statement.statements, depth)}`;
    case 'conditional':
      return statement.branches.map((branch, index) => printBranch(branch, index, depth)).join(' ');
  }
}

function printBranch({ condition, statements }: Branch, index: number, depth: number): string {
  const when = condition === null ? '' : `${printCondition(condition)} `;
  return `${index > 0 ? 'else ' : ''}${when}${printBlock(statements, depth)}`;
}

function printBlock(statements: readonly Statement[], depth: number): string {
  return `{\n${printStatements(statements, depth + 1)}${'  '.repeat(depth)}}`;
}

function printCondition({ object, key, operator, value }: Condition): string {
  return `$${object}[${printExpression(key)}] ${operator} ${printExpression(value)}`;
}

function printExpression(expression: Expression): string {
  return expression.type === 'sum' ? expression.terms.map(printTerm).join(' + ') : printTerm(expression);
}

function printTerm(term: Term): string {
  switch (term.type) {
    case 'string':
      return `"${term.value.replaceAll('"', '\\"')}"`;
    case 'integer':
      return term.digits;
    case 'name':
      return term.text;
    case 'array': {
      const elements = term.elements.map(({ key, value }) => {
        return key === null ? printExpression(value) : `${printExpression(key)} => ${printExpression(value)}`;
      });
      return `(${elements.join(', ')})`;
    }
  }
}
