import { asciiPart, type CodePoints, complement, contains, lastCodePoint, union } from './code-points.js';
import type { Branches, Group, Node } from './nodes.js';
import { asciiPointsOf } from './parse-class.js';
import type { Program } from './program.js';

/** Where a match can begin, as PCRE2 finds out: a pattern that starts with `.*` need not be tried behind a failure. */
export function beginnings(branches: Branches): Program['begins'] {
  const mayTakeAll = !hasReference(branches);
  const found = branches.map((nodes) => beginningOf(nodes, mayTakeAll));
  if (found.includes('anywhere')) return 'anywhere';
  return found.includes('atLines') ? 'atLines' : 'atStart';
}

function beginningOf(nodes: readonly Node[], mayTakeAll: boolean): Program['begins'] {
  const [node] = nodes;
  if (node?.type === 'assertion') {
    if (node.kind === 'start') return 'atStart';
    return node.kind === 'lineStart' ? 'atLines' : 'anywhere';
  }
  if (node?.type === 'group' && (node.kind === 'plain' || node.kind === 'capture')) {
    const found = node.branches.map((inner) => beginningOf(inner, mayTakeAll));
    if (found.includes('anywhere')) return 'anywhere';
    return found.includes('atLines') ? 'atLines' : 'atStart';
  }
  if (node?.type !== 'repeat' || !mayTakeAll || node.item.type !== 'set') return 'anywhere';
  if (node.min > 0 || node.max !== Infinity || node.mode === 'possessive') return 'anywhere';
  const missing = node.item.properties.length > 0 ? [0, lastCodePoint] : complement(node.item.points);
  if (missing.length === 0) return 'atStart';
  return missing.length === 2 && missing[0] === 10 && missing[1] === 10 ? 'atLines' : 'anywhere';
}

function hasReference(branches: Branches): boolean {
  return branches.flat().some(function refers(node): boolean {
    if (node.type === 'backReference') return true;
    if (node.type === 'repeat') return refers(node.item);
    return node.type === 'group' && hasReference(node.branches);
  });
}

/** One byte for each character below 128 that a match can begin with; null where it can be empty, or is not known. */
export function firstCharacters(branches: Branches): Uint8Array | null {
  const { points, isOpen } = firstOfBranches(branches);
  return isOpen ? null : Uint8Array.from({ length: 128 }, (_, code) => (contains(points, code) ? 1 : 0));
}

/** `isOpen`: what follows may come first, too. */
interface First {
  readonly points: CodePoints;
  readonly isOpen: boolean;
}

function firstOfBranches(branches: Branches): First {
  const firsts = branches.map(firstOfNodes);
  return {
    points: union(...firsts.map(({ points }) => points)),
    isOpen: firsts.some(({ isOpen }) => isOpen),
  };
}

function firstOfNodes(nodes: readonly Node[]): First {
  let points: CodePoints = [];
  for (const node of nodes) {
    const first = firstOf(node);
    points = union(points, first.points);
    if (!first.isOpen) return { points, isOpen: false };
  }
  return { points, isOpen: true };
}

function firstOf(node: Node): First {
  switch (node.type) {
    case 'set':
      return { points: asciiPart(asciiPointsOf(node)), isOpen: false };
    case 'repeat': {
      const first = firstOf(node.item);
      return { points: first.points, isOpen: first.isOpen || node.min === 0 };
    }
    case 'group':
      return looksAround(node) ? { points: [], isOpen: true } : firstOfBranches(node.branches);
    case 'assertion':
      return { points: [], isOpen: true };
    case 'backReference':
      return { points: [0, 127], isOpen: true };
  }
}

function looksAround({ kind }: Group): boolean {
  return kind !== 'plain' && kind !== 'capture' && kind !== 'atomic';
}
