import type { CharacterTest } from './character-test.js';

/**
 * What a matcher can do, one instruction each: its number, followed by what stands behind it here. Registers are two a
 * group (where it begins and ends), then those that loops and groups need for themselves.
 */
export const Op = {
  /** The pattern has matched. */
  accept: 0,
  /** one unit of UTF-16 */
  character: 1,
  /** set */
  set: 2,
  /** where to go on */
  jump: 3,
  /** where to go on if what follows fails */
  split: 4,
  /** register: holds the position */
  mark: 5,
  /** kind, an index into `assertionKinds` */
  assert: 6,
  /** characters to go back */
  back: 7,
  /** group; 1 where case is ignored */
  reference: 8,
  /** set, least, most (-1: no limit): as many as there are, fewer when what follows fails */
  greedySet: 9,
  /** set, least, most: as few as will do */
  lazySet: 10,
  /** set, least, most: as many as there are, and never fewer */
  possessiveSet: 11,
  /** register: set to 0 */
  clear: 12,
  /** register, least, most, 1 where greedy, where to go on after the loop: one more turn of a loop? */
  turn: 13,
  /** register: one turn more */
  count: 14,
  /** register with the turn's start, register with the turns, least, where to go on if this turn, not needed, took nothing */
  leaveIfEmpty: 15,
  /** register: holds how much can be undone */
  guard: 16,
  /** register: what could be tried since is not tried any more */
  commit: 17,
  /** register, register with a position: as commit, and back to that position */
  commitAndReturn: 18,
  /** register: undoes all since, and fails */
  failSince: 19,
  /** group, register with its start: the group has captured */
  capture: 20,
} as const;

/** Numbers that an instruction takes with what stands behind it. */
export const sizeOf: Readonly<Int32Array> = Int32Array.of(
  ...[1, 2, 2, 2, 2, 2, 2, 2, 3, 4, 4, 4, 2, 6, 2, 5, 2, 2, 3, 2, 3],
);

export const assertionKinds = [
  'start',
  'end',
  'endOrLastLineEnd',
  'lineStart',
  'lineEnd',
  'wordBoundary',
  'noWordBoundary',
  'never',
] as const;

/** A pattern in instructions. */
export interface Program {
  readonly code: Int32Array;
  readonly sets: readonly CharacterTest[];
  readonly captureCount: number;
  readonly registerCount: number;
  /** Where a match can begin: anywhere, at the start alone, or at the start of any line. */
  readonly begins: 'anywhere' | 'atStart' | 'atLines';
  /** Characters below 128 that a match can begin with, one byte each; null where it can begin with any or be empty. */
  readonly firstCharacters: Uint8Array | null;
}
