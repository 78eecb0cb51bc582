import { type CodePoints, complement, intersect, union } from './code-points.js';
import type { Branches, Node, Repeat } from './nodes.js';
import { asciiPointsOf } from './parse-class.js';

/** One place of a pattern that takes a character, or an assertion, which takes none and stands for itself alone. */
export interface Position {
  readonly points: CodePoints;
  readonly assertion: string | null;
  /** Positions that may come next. */
  readonly next: Set<number>;
  /** Those of them that may come next in two ways: backtracking tries both. */
  readonly nextTwice: Set<number>;
}

/** A pattern as an automaton of positions (Glushkov's). */
export interface Positions {
  readonly positions: readonly Position[];
  /** After which of them the pattern may have matched. */
  readonly last: ReadonlySet<number>;
}

/** More repetitions than this are as good as endless. */
const fewRepeats = 8;
const positionsMax = 20_000;

/** Null for a pattern too large to be looked at. */
export function positionsOf(branches: Branches): Positions | null {
  const builder = new Builder();
  const { last } = builder.branches(branches);
  return builder.positions.length > positionsMax
    ? null
    : { positions: builder.positions, last: new Set(last) };
}

/** A part of the pattern: where it can begin and end, and whether it can match nothing. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly nullable: boolean;
}

const nothing: Part = { first: [], last: [], nullable: true };

class Builder {
  readonly positions: Position[] = [];

  branches(branches: Branches): Part {
    const parts = branches.map((nodes) =>
      nodes.reduce((part, node) => this.join(part, this.node(node)), nothing),
    );
    return {
      first: parts.flatMap(({ first }) => first),
      last: parts.flatMap(({ last }) => last),
      nullable: parts.some(({ nullable }) => nullable),
    };
  }

  private join(a: Part, b: Part): Part {
    this.connect(a.last, b.first);
    return {
      first: a.nullable ? a.first.concat(b.first) : a.first,
      last: b.nullable ? a.last.concat(b.last) : b.last,
      nullable: a.nullable && b.nullable,
    };
  }

  private node(node: Node): Part {
    if (this.positions.length > positionsMax) return nothing;
    switch (node.type) {
      case 'set':
        return this.place(
          node.properties.length > 0 ? withProperties(asciiPointsOf(node)) : node.points,
          null,
        );
      case 'assertion':
        return this.place([], node.kind);
      case 'backReference':
        return this.place(complement([]), null);
      case 'repeat':
        return this.repeat(node);
      case 'group':
        if (node.kind === 'plain' || node.kind === 'capture') return this.branches(node.branches);
        // an atomic group is left in one way alone, and a lookaround takes nothing
        return this.place(node.kind === 'atomic' ? allPoints(node.branches) : [], node.kind);
    }
  }

  private place(points: CodePoints, assertion: string | null): Part {
    const number = this.positions.length;
    this.positions.push({ points, assertion, next: new Set(), nextTwice: new Set() });
    return { first: [number], last: [number], nullable: false };
  }

  private repeat({ item, min, max, mode }: Repeat): Part {
    if (max === 0) return nothing;
    if (mode === 'possessive') return { ...this.place(allPoints([[item]]), 'atomic'), nullable: min === 0 };
    let part = nothing;
    for (let i = 1; i < Math.min(min, fewRepeats); i++) part = this.join(part, this.node(item));
    const isEndless = max > fewRepeats;
    const repeated = this.node(item);
    if (isEndless) this.connect(repeated.last, repeated.first);
    part = this.join(part, { ...repeated, nullable: repeated.nullable || min === 0 });
    if (isEndless) return part;
    for (let i = Math.max(min, 1); i < max; i++)
      part = this.join(part, { ...this.node(item), nullable: true });
    return part;
  }

  private connect(last: readonly number[], first: readonly number[]): void {
    for (const from of last) {
      const { next, nextTwice } = this.positions[from];
      for (const to of first) (next.has(to) ? nextTwice : next).add(to);
    }
  }
}

/** May two positions take the same character? */
export function overlap(a: Position, b: Position): boolean {
  if (a.assertion !== null || b.assertion !== null)
    return a.assertion === b.assertion && a.assertion !== 'atomic';
  return intersect(a.points, b.points);
}

/** What properties mean beyond ASCII is not looked at: anything. */
function withProperties(ascii: CodePoints): CodePoints {
  return union(ascii, [128, 0x10ffff]);
}

function allPoints(branches: Branches): CodePoints {
  return union(
    ...branches.flat().map((node) => {
      if (node.type === 'set') return node.points;
      if (node.type === 'repeat') return allPoints([[node.item]]);
      return node.type === 'group' ? allPoints(node.branches) : [];
    }),
  );
}
