import type { Origin } from '../src/base/source-range.js';

/**
 * The syntax tree: what was written, nothing of what it means. Layout and comments are not kept in nodes; each node has
 * the range of its text, so that every byte can be found again. Text is latin1 (one character a byte).
 */
export type Node = ConfigFile | Statement | Branch | Condition | Expression | Term | ArrayElement;

export interface ConfigFile {
  readonly type: 'file';
  readonly range: Origin;
  readonly statements: readonly Statement[];
}

export type Statement = Assignment | Include | Global | Conditional;

/** `name = value`; the other two operators replace (`:=`) and append (`+=`). */
export interface Assignment {
  readonly type: 'assignment';
  readonly range: Origin;
  readonly name: Name;
  readonly operator: '=' | ':=' | '+=';
  readonly value: Expression;
}

/** `include "file"`, `include_shell "command"`. */
export interface Include {
  readonly type: 'include';
  readonly range: Origin;
  readonly keyword: 'include' | 'include_shell';
  readonly argument: Expression;
}

/** `global { … }` */
export interface Global {
  readonly type: 'global';
  readonly range: Origin;
  readonly statements: readonly Statement[];
}

/** A condition with its block, and the chain of `else` that follows it. */
export interface Conditional {
  readonly type: 'conditional';
  readonly range: Origin;
  readonly branches: readonly Branch[];
}

export interface Branch {
  readonly type: 'branch';
  readonly range: Origin;
  /** Null for a plain `else`. */
  readonly condition: Condition | null;
  readonly statements: readonly Statement[];
}

export type ComparisonOperator = '==' | '!=' | '=~' | '!~' | '=^' | '=$';

/** `$HTTP["host"] == "example.org"`: object, key, operator, value. */
export interface Condition {
  readonly type: 'condition';
  readonly range: Origin;
  readonly object: string;
  readonly key: Expression;
  readonly operator: ComparisonOperator;
  readonly value: Expression;
}

export type Expression = Sum | Term;

/** `a + b + c`: at least two terms. */
export interface Sum {
  readonly type: 'sum';
  readonly range: Origin;
  readonly terms: readonly Term[];
}

export type Term = StringLiteral | IntegerLiteral | Name | ArrayLiteral;

export interface StringLiteral {
  readonly type: 'string';
  readonly range: Origin;
  /** Without its quotes and escapes. */
  readonly value: string;
}

export interface IntegerLiteral {
  readonly type: 'integer';
  readonly range: Origin;
  /** As written: it may be too large for a number. */
  readonly digits: string;
}

/** A directive, `var.x` or `env.X`; `x` alone is `var.x`. As written. */
export interface Name {
  readonly type: 'name';
  readonly range: Origin;
  readonly text: string;
}

export interface ArrayLiteral {
  readonly type: 'array';
  readonly range: Origin;
  readonly elements: readonly ArrayElement[];
}

export interface ArrayElement {
  readonly type: 'element';
  readonly range: Origin;
  /** Null where there is no `key =>`. */
  readonly key: Expression | null;
  readonly value: Expression;
}
