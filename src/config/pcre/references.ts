import { type Branches, type Node, PatternError } from './nodes.js';

/**
 * A back reference to a group that did not match fails in PCRE and matches nothing in JavaScript. So a pattern can be
 * translated only if each group has matched for certain where it is referred to.
 */
export function checkReferences(branches: Branches): void {
  afterBranches(branches, new Set());
}

/** The groups that have matched for certain after the branches, if `before` had before them. */
function afterBranches(branches: Branches, before: ReadonlySet<number>): ReadonlySet<number> {
  const [first, ...others] = branches.map((nodes) => nodes.reduce(afterNode, before));
  return new Set(Array.from(first).filter((number) => others.every((other) => other.has(number))));
}

function afterNode(before: ReadonlySet<number>, node: Node): ReadonlySet<number> {
  switch (node.type) {
    case 'backReference':
      if (!before.has(node.number))
        throw new PatternError('a back reference to a group that may not have matched cannot be translated');
      return before;
    case 'repeat': {
      const after = afterNode(before, node.item);
      return node.min > 0 ? after : before;
    }
    case 'group': {
      const after = afterBranches(node.branches, before);
      if (node.kind.startsWith('negative')) return before;
      return node.number > 0 ? new Set([...after, node.number]) : after;
    }
    default:
      return before;
  }
}
