import type { CodePoints } from './code-points.js';

/** A pattern as a tree. What options said (`(?i)`, `(?s)`, …) is already worked into the nodes. */
export type Node = CharacterSet | Group | Repeat | Assertion | BackReference;

/** The branches of an alternative, each a sequence. */
export type Branches = readonly (readonly Node[])[];

/** One character out of a set. A single character is a set of one. */
export interface CharacterSet {
  readonly type: 'set';
  readonly points: CodePoints;
  /** Properties such as `\p{L}`, in JavaScript's words; their characters belong to the set, too. */
  readonly properties: readonly string[];
  /** With properties only: any character but those. */
  readonly isNegated: boolean;
}

export interface Group {
  readonly type: 'group';
  readonly kind: GroupKind;
  /** The group's number where it captures, otherwise 0. */
  readonly number: number;
  readonly branches: Branches;
}

export type GroupKind =
  | 'plain'
  | 'capture'
  | 'atomic'
  | 'lookahead'
  | 'negativeLookahead'
  | 'lookbehind'
  | 'negativeLookbehind';

export interface Repeat {
  readonly type: 'repeat';
  readonly item: Node;
  readonly min: number;
  /** Infinity where there is no limit. */
  readonly max: number;
  readonly mode: 'greedy' | 'lazy' | 'possessive';
}

export interface Assertion {
  readonly type: 'assertion';
  readonly kind:
    | 'start' // \A, \G, and ^ without (?m)
    | 'end' // \z
    | 'endOrLastLineEnd' // \Z, and $ without (?m)
    | 'lineStart' // ^ with (?m)
    | 'lineEnd' // $ with (?m)
    | 'wordBoundary'
    | 'noWordBoundary'
    | 'never'; // (*FAIL)
}

export interface BackReference {
  readonly type: 'backReference';
  readonly number: number;
  readonly ignoreCase: boolean;
}

export interface ParsedPattern {
  readonly branches: Branches;
  readonly captureCount: number;
}

/** A pattern that cannot be used; the message says why, for people. */
export class PatternError extends Error {}
