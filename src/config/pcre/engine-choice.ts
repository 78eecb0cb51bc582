import type { Branches, Node, Repeat } from './nodes.js';

/** V8's linear engine writes a repeated part out so many times at most, loops within loops counted. */
const copiesMax = 16;

/**
 * Can JavaScript's engine run the pattern on ASCII, as PCRE2 would, and in time linear to the text where it has to? Not
 * with lookarounds, atomic groups and references, which V8's linear engine does not know; nor with loops in which the two
 * engines differ: a part that captures in some turns alone, or that can take nothing while it captures or could take text.
 */
export function suitsJavaScript(branches: Branches): boolean {
  return branches.every((nodes) => nodes.every((node) => suits(node, 1)));
}

function suits(node: Node, copies: number): boolean {
  switch (node.type) {
    case 'set':
      return true;
    case 'assertion':
      return node.kind !== 'never';
    case 'backReference':
      return false;
    case 'group':
      if (node.kind !== 'plain' && node.kind !== 'capture') return false;
      return node.branches.every((nodes) => nodes.every((inner) => suits(inner, copies)));
    case 'repeat':
      return suitsRepeat(node, copies);
  }
}

function suitsRepeat({ item, min, max, mode }: Repeat, copies: number): boolean {
  if (mode === 'possessive') return false;
  const own = copies * Math.max(1, max === Infinity ? min : max);
  if (own > copiesMax) return false;
  if (max > min && canTakeNothing(item) && (captures(item) || !triesTextFirst(item))) return false;
  if (max > 1 && mayForget(item)) return false;
  return suits(item, own);
}

function canTakeNothing(node: Node): boolean {
  if (node.type === 'set') return false;
  if (node.type === 'repeat') return node.min === 0 || canTakeNothing(node.item);
  if (node.type === 'group') return node.branches.some((nodes) => nodes.every(canTakeNothing));
  return true;
}

/** Does it take nothing only where it can take no character? Then a turn that takes nothing is the last one in both engines. */
function triesTextFirst(node: Node): boolean {
  if (!canTakeNothing(node)) return true;
  if (node.type === 'repeat') return node.mode === 'greedy' && triesTextFirst(node.item);
  if (node.type !== 'group') return true;
  const earlier = node.branches.slice(0, -1);
  if (earlier.some((nodes) => nodes.every(canTakeNothing))) return false;
  return node.branches.flat().every(triesTextFirst);
}

/** Does it capture in some turns, and not in others? JavaScript then forgets what an earlier turn captured. */
function mayForget(node: Node): boolean {
  if (node.type === 'repeat') return node.min === 0 ? captures(node.item) : mayForget(node.item);
  if (node.type !== 'group') return false;
  const { branches } = node;
  return branches.length > 1 ? branches.flat().some(captures) : branches[0].some(mayForget);
}

function captures(node: Node): boolean {
  if (node.type === 'repeat') return captures(node.item);
  return node.type === 'group' && (node.kind === 'capture' || node.branches.flat().some(captures));
}
