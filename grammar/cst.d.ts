import type { CstNode, IToken } from 'chevrotain';

export interface FileCstNode extends CstNode {
  name: 'file';
  children: FileCstChildren;
}

export type FileCstChildren = {
  statement?: StatementCstNode[];
  LineEnd?: IToken[];
};

export interface StatementCstNode extends CstNode {
  name: 'statement';
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  assignment?: AssignmentCstNode[];
  conditional?: ConditionalCstNode[];
  global?: GlobalCstNode[];
  include?: IncludeCstNode[];
};

export interface AssignmentCstNode extends CstNode {
  name: 'assignment';
  children: AssignmentCstChildren;
}

export type AssignmentCstChildren = {
  Name: IToken[];
  Assign?: IToken[];
  ForceAssign?: IToken[];
  Append?: IToken[];
  expression: ExpressionCstNode[];
};

export interface IncludeCstNode extends CstNode {
  name: 'include';
  children: IncludeCstChildren;
}

export type IncludeCstChildren = {
  Include?: IToken[];
  IncludeShell?: IToken[];
  expression: ExpressionCstNode[];
};

export interface GlobalCstNode extends CstNode {
  name: 'global';
  children: GlobalCstChildren;
}

export type GlobalCstChildren = {
  Global: IToken[];
  block: BlockCstNode[];
};

export interface ConditionalCstNode extends CstNode {
  name: 'conditional';
  children: ConditionalCstChildren;
}

export type ConditionalCstChildren = {
  condition: ConditionCstNode[];
  block: BlockCstNode[];
  LineEnd?: IToken[];
  otherwise?: OtherwiseCstNode[];
};

export interface OtherwiseCstNode extends CstNode {
  name: 'otherwise';
  children: OtherwiseCstChildren;
}

export type OtherwiseCstChildren = {
  Else: IToken[];
  condition?: ConditionCstNode[];
  block: BlockCstNode[];
};

export interface ConditionCstNode extends CstNode {
  name: 'condition';
  children: ConditionCstChildren;
}

export type ConditionCstChildren = {
  Dollar: IToken[];
  ConditionName: IToken[];
  LeftBracket: IToken[];
  expression: ExpressionCstNode[];
  RightBracket: IToken[];
  Equal?: IToken[];
  NotEqual?: IToken[];
  Match?: IToken[];
  NotMatch?: IToken[];
  Prefix?: IToken[];
  Suffix?: IToken[];
};

export interface BlockCstNode extends CstNode {
  name: 'block';
  children: BlockCstChildren;
}

export type BlockCstChildren = {
  LeftCurly: IToken[];
  statement?: StatementCstNode[];
  LineEnd?: IToken[];
  RightCurly: IToken[];
};

export interface ExpressionCstNode extends CstNode {
  name: 'expression';
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  StringText?: IToken[];
  Name?: IToken[];
  Integer?: IToken[];
  array?: ArrayCstNode[];
  Plus?: IToken[];
};

export interface ArrayCstNode extends CstNode {
  name: 'array';
  children: ArrayCstChildren;
}

export type ArrayCstChildren = {
  LeftParen: IToken[];
  element?: ElementCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface ElementCstNode extends CstNode {
  name: 'element';
  children: ElementCstChildren;
}

export type ElementCstChildren = {
  expression: ExpressionCstNode[];
  ArrayAssign?: IToken[];
};
