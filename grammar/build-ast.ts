import type { IToken } from 'chevrotain';
import type { Origin, SourceText } from '../src/base/source-range.js';
import type * as ast from './ast.js';
import type * as cst from './cst.js';

/**
 * From Chevrotain's concrete tree to the syntax tree. Where the text ended too early the concrete tree is partial: a
 * statement that is not whole is left out, a block that is not closed keeps its statements.
 */
export class AstBuilder {
  private readonly text: SourceText;

  constructor(text: SourceText) {
    this.text = text;
  }

  file(node: cst.FileCstNode): ast.ConfigFile {
    const range = this.text.range(0, this.text.source.text.length);
    return { type: 'file', range, statements: this.statements(node.children.statement) };
  }

  private statements(nodes: cst.StatementCstNode[] = []): ast.Statement[] {
    const statements: ast.Statement[] = [];
    for (const node of nodes) {
      const statement = this.statement(node.children);
      if (statement !== null) statements.push(statement);
    }
    return statements;
  }

  private statement(children: cst.StatementCstChildren): ast.Statement | null {
    if (children.assignment) return this.assignment(children.assignment[0].children);
    if (children.conditional) return this.conditional(children.conditional[0].children);
    if (children.include) return this.include(children.include[0].children);
    if (children.global) return this.global(children.global[0].children);
    return null;
  }

  private assignment(children: cst.AssignmentCstChildren): ast.Assignment | null {
    const value = this.expression(children.expression?.[0]);
    if (value === null) return null;
    const name = this.name(children.Name[0]);
    const operator = children.Assign ? '=' : children.Append ? '+=' : ':=';
    return { type: 'assignment', range: span(name.range, value.range), name, operator, value };
  }

  private include(children: cst.IncludeCstChildren): ast.Include | null {
    const argument = this.expression(children.expression?.[0]);
    if (argument === null) return null;
    const token = (children.Include ?? children.IncludeShell!)[0];
    const keyword = children.Include ? 'include' : 'include_shell';
    return { type: 'include', range: span(this.at(token), argument.range), keyword, argument };
  }

  private global(children: cst.GlobalCstChildren): ast.Global {
    const block = this.block(children.block?.[0]);
    const start = this.at(children.Global[0]);
    return { type: 'global', range: span(start, block?.range ?? start), statements: block?.statements ?? [] };
  }

  private conditional(children: cst.ConditionalCstChildren): ast.Conditional | null {
    const condition = this.condition(children.condition[0]);
    if (condition === null) return null;
    const branches = [this.branch(condition.range, condition, children.block?.[0])];
    for (const { children: other } of children.otherwise ?? []) {
      const otherCondition = other.condition ? this.condition(other.condition[0]) : null;
      branches.push(this.branch(this.at(other.Else[0]), otherCondition, other.block?.[0]));
    }
    return { type: 'conditional', range: span(branches[0].range, branches.at(-1)!.range), branches };
  }

  private branch(start: Origin, condition: ast.Condition | null, node?: cst.BlockCstNode): ast.Branch {
    const block = this.block(node);
    const range = span(start, block?.range ?? start);
    return { type: 'branch', range, condition, statements: block?.statements ?? [] };
  }

  private block(node: cst.BlockCstNode | undefined): { range: Origin; statements: ast.Statement[] } | null {
    if (!node?.children.LeftCurly) return null;
    const start = this.at(node.children.LeftCurly[0]);
    const statements = this.statements(node.children.statement);
    const end = node.children.RightCurly?.[0];
    return {
      range: end ? span(start, this.at(end)) : span(start, statements.at(-1)?.range ?? start),
      statements,
    };
  }

  private condition(node: cst.ConditionCstNode): ast.Condition | null {
    const { children } = node;
    const key = this.expression(children.expression?.[0]);
    const value = this.expression(children.expression?.[1]);
    if (key === null || value === null) return null;
    const range = span(this.at(children.Dollar[0]), value.range);
    const object = children.ConditionName[0].image;
    return { type: 'condition', range, object, key, operator: operatorOf(children), value };
  }

  private expression(node: cst.ExpressionCstNode | undefined): ast.Expression | null {
    if (node === undefined) return null;
    const { StringText, Name, Integer, array } = node.children;
    if (StringText && !node.children.Plus) return this.string(StringText[0]);
    const terms: (ast.Term | null)[] = [];
    for (const token of StringText ?? []) terms.push(this.string(token));
    for (const token of Name ?? []) terms.push(this.name(token));
    for (const token of Integer ?? []) terms.push(this.integer(token));
    for (const { children } of array ?? []) terms.push(this.array(children));
    if (terms.length <= 1 || !isWhole(terms)) return terms.length === 1 ? terms[0] : null;
    terms.sort((a, b) => a.range.start - b.range.start);
    return { type: 'sum', range: span(terms[0].range, terms.at(-1)!.range), terms };
  }

  private integer(token: IToken): ast.IntegerLiteral {
    return { type: 'integer', range: this.at(token), digits: token.image };
  }

  private string(token: IToken): ast.StringLiteral {
    const inner = token.image.slice(1, -1);
    const value = inner.includes('\\"') ? inner.replaceAll('\\"', '"') : inner;
    return { type: 'string', range: this.at(token), value };
  }

  private name(token: IToken): ast.Name {
    return { type: 'name', range: this.at(token), text: token.image };
  }

  private array(children: cst.ArrayCstChildren): ast.ArrayLiteral | null {
    if (!children.RightParen) return null;
    const elements: ast.ArrayElement[] = [];
    for (const { children: element } of children.element ?? []) {
      const first = this.expression(element.expression[0]);
      const second = this.expression(element.expression[1]);
      if (first === null) continue;
      if (second === null) elements.push({ type: 'element', range: first.range, key: null, value: first });
      else
        elements.push({ type: 'element', range: span(first.range, second.range), key: first, value: second });
    }
    const range = span(this.at(children.LeftParen[0]), this.at(children.RightParen[0]));
    return { type: 'array', range, elements };
  }

  private at(token: IToken): Origin {
    return this.text.range(token.startOffset, token.startOffset + token.image.length);
  }
}

function isWhole(terms: (ast.Term | null)[]): terms is ast.Term[] {
  return !terms.includes(null);
}

function span(first: Origin, last: Origin): Origin {
  return { ...first, end: last.end };
}

function operatorOf(children: cst.ConditionCstChildren): ast.ComparisonOperator {
  if (children.Equal) return '==';
  if (children.NotEqual) return '!=';
  if (children.Match) return '=~';
  if (children.NotMatch) return '!~';
  return children.Prefix ? '=^' : '=$';
}
