import { PatternError, parsePcre } from './pcre/index.js';
import { overlap, type Position, positionsOf } from './pcre/positions.js';

/** Loops with more places than this are not looked into: pairs of places are what has to be gone through. */
const loopSizeMax = 300;
/** Steps of pairs that are gone through before a pattern is taken to be sound. */
const stepsMax = 300_000;

/**
 * Can the pattern backtrack without end? True where one text can go round a loop in two ways, so that a text that then
 * fails is tried in 2^n ways: `^(a+)+$`, `^(\w|\d)*$`. `source` is a pattern in PCRE's syntax.
 */
export function isSlowPattern(source: string): boolean {
  const automaton = parse(source);
  if (automaton === null) return false;
  const { positions, last } = automaton;
  return loopsOf(positions).some((loop) => isAmbiguous(loop, positions, last));
}

function parse(source: string): ReturnType<typeof positionsOf> {
  try {
    return positionsOf(parsePcre(source).branches);
  } catch (error) {
    if (error instanceof PatternError) return null;
    throw error;
  }
}

/** Sets of positions that each lead to each other (strongly connected components, by Tarjan's algorithm). */
function loopsOf(positions: readonly Position[]): number[][] {
  return components(positions.length, (position) => positions[position].next);
}

/** Components with more than one member, and members that lead to themselves. */
function components(count: number, nextOf: (node: number) => Iterable<number>): number[][] {
  const found: number[][] = [];
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const isOpen = new Uint8Array(count);
  const open: number[] = [];
  let time = 0;
  const enter = (node: number): { node: number; rest: Iterator<number> } => {
    order[node] = low[node] = time++;
    open.push(node);
    isOpen[node] = 1;
    return { node, rest: nextOf(node)[Symbol.iterator]() };
  };
  for (let start = 0; start < count; start++) {
    if (order[start] >= 0) continue;
    const path = [enter(start)];
    while (path.length > 0) {
      const { node, rest } = path[path.length - 1];
      const step = rest.next();
      if (!step.done) {
        if (order[step.value] < 0) path.push(enter(step.value));
        else if (isOpen[step.value] === 1) low[node] = Math.min(low[node], order[step.value]);
        continue;
      }
      path.pop();
      if (path.length > 0)
        low[path[path.length - 1].node] = Math.min(low[path[path.length - 1].node], low[node]);
      if (low[node] !== order[node]) continue;
      const members = open.splice(open.lastIndexOf(node));
      for (const member of members) isOpen[member] = 0;
      if (members.length > 1 || Array.from(nextOf(node)).includes(node)) found.push(members);
    }
  }
  return found;
}

/**
 * Goes through the loop twice at once, with the same characters: where the two ways part and come together again, the
 * text went round in two ways. A loop that may end in a match does no harm: the first way found is taken.
 */
function isAmbiguous(
  loop: readonly number[],
  positions: readonly Position[],
  last: ReadonlySet<number>,
): boolean {
  if (loop.length > loopSizeMax || loop.some((position) => last.has(position))) return false;
  const members = new Set(loop);
  if (loop.some((from) => Array.from(positions[from].nextTwice).some((to) => members.has(to)))) return true;
  const indexOf = new Map(loop.map((position, index) => [position, index]));
  const steps = loop.map((from) =>
    Array.from(positions[from].next)
      .filter((to) => members.has(to))
      .map((to) => indexOf.get(to)!),
  );
  const size = loop.length;
  let stepsLeft = stepsMax;
  const pairSteps = function* (pair: number): Generator<number> {
    for (const a of steps[Math.floor(pair / size)])
      for (const b of steps[pair % size])
        if (stepsLeft-- < 0) return;
        else if (a === b || overlap(positions[loop[a]], positions[loop[b]])) yield a * size + b;
  };
  const isTwin = (pair: number): boolean => Math.floor(pair / size) === pair % size;
  return components(size * size, pairSteps).some(
    (pairs) => pairs.some(isTwin) && pairs.some((pair) => !isTwin(pair)),
  );
}
