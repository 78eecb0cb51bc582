import { type Branches, type Node, PatternError } from './nodes.js';

/** PCRE2 looks back by a fixed number of characters, one for each branch. */
export function checkLookbehind(branches: Branches): void {
  for (const branch of branches) fixedWidth(branch);
}

/** Characters that the sequence takes; throws where that is not one number. */
export function fixedWidth(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => sum + nodeWidth(node), 0);
}

function nodeWidth(node: Node): number {
  switch (node.type) {
    case 'set':
      return 1;
    case 'assertion':
      return 0;
    case 'repeat':
      if (node.min !== node.max) throw varying();
      return node.min * nodeWidth(node.item);
    case 'backReference':
      throw new PatternError('a back reference in a lookbehind cannot be translated');
    case 'group': {
      if (node.kind.includes('look') || node.kind.includes('Look')) return 0;
      const widths = node.branches.map(fixedWidth);
      if (widths.some((width) => width !== widths[0])) throw varying();
      return widths[0];
    }
  }
}

function varying(): PatternError {
  return new PatternError('a lookbehind does not have one length');
}
