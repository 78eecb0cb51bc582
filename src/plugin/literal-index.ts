/** Text that is part of everything that a pattern matches; an empty one says nothing. */
export interface LiteralPart {
  readonly text: string;
  /** Does it stand at the beginning, or anywhere? */
  readonly atStart: boolean;
}

interface Node {
  /** Numbers of the entries whose text ends here. */
  readonly entries: number[];
  readonly children: Map<number, Node>;
}

/**
 * Finds which of many patterns can match a text at all, by the literal part of each, in time that grows with the
 * length of the text and not with the number of patterns.
 */
export class LiteralIndex {
  /** Entries without a literal part. */
  private readonly always: number[] = [];
  private readonly atStart = emptyNode();
  private readonly anywhere = emptyNode();

  constructor(parts: readonly LiteralPart[]) {
    parts.forEach(({ text, atStart }, entry) => {
      if (text === '') this.always.push(entry);
      else add(atStart ? this.atStart : this.anywhere, text, entry);
    });
  }

  /** Numbers of the parts that `text` holds, ascending. */
  find(text: string): readonly number[] {
    const found: number[] = [];
    collect(this.atStart, text, 0, found);
    if (this.anywhere.children.size > 0)
      for (let i = 0; i < text.length; i++) collect(this.anywhere, text, i, found);
    if (found.length === 0) return this.always;
    if (found.length === 1 && this.always.length === 0) return found;
    return [...new Set([...this.always, ...found])].sort((a, b) => a - b);
  }
}

function emptyNode(): Node {
  return { entries: [], children: new Map() };
}

function add(root: Node, text: string, entry: number): void {
  let node = root;
  for (let i = 0; i < text.length; i++) {
    let child = node.children.get(text.charCodeAt(i));
    if (child === undefined) {
      child = emptyNode();
      node.children.set(text.charCodeAt(i), child);
    }
    node = child;
  }
  node.entries.push(entry);
}

/** Adds the entries whose text stands at that place. */
function collect(root: Node, text: string, start: number, found: number[]): void {
  let node = root;
  for (let i = start; i < text.length; i++) {
    const child = node.children.get(text.charCodeAt(i));
    if (child === undefined) return;
    node = child;
    for (const entry of node.entries) found.push(entry);
  }
}

const nothing: LiteralPart = { text: '', atStart: false };

/** Modifiers, verbs, quoting and classes in classes: what may change what the rest of a pattern means. */
const unusual = /\(\?(?![:=!<])|\(\*|\\Q|\[[:.=]/;
/** A class; a bracket of a group; a quantifier; a class by letter; an escaped character; a plain one; what is left. */
const token =
  /(\[\^?\]?(?:\\.|[^\]\\])*\])|([()])|([?*]|\{\d+(?:,\d*)?\})|(\\[dDwWsSbB])|\\([^0-9A-Za-z\x80-\xff])|([^\\^$.|?*+()[\]{}\x80-\xff])|./gs;

/**
 * The longest literal part of a pattern: `/a/` at the start for `^/a/(.*)$`, `/page-7/` for `^/(a|b)/page-7/`. Nothing
 * where it cannot be told: too little only costs time, a wrong part would lose matches.
 */
export function literalPartOf(pattern: string): LiteralPart {
  if (unusual.test(pattern)) return nothing;
  const isAnchored = pattern.startsWith('^');
  const runs = [''];
  let depth = 0;
  for (const match of pattern.slice(isAnchored ? 1 : 0).matchAll(token)) {
    const [found, , bracket, quantifier, , escaped, plain] = match;
    if (bracket !== undefined) depth += bracket === '(' ? 1 : -1;
    if (depth > 0 && bracket === undefined) continue;
    // an alternative; or a lone bracket, an escape or a byte that may take in what stands behind it
    if (depth < 0 || /^[|\x80-\xff{}[\]]$|^\\$/.test(found)) return nothing;
    const literal = escaped ?? plain;
    if (literal !== undefined) {
      runs[runs.length - 1] += literal;
      continue;
    }
    // what a quantifier follows may be missing
    if (quantifier !== undefined) runs[runs.length - 1] = runs[runs.length - 1].slice(0, -1);
    runs.push('');
  }
  return depth === 0 ? longest(runs, isAnchored) : nothing;
}

function longest(runs: readonly string[], isAnchored: boolean): LiteralPart {
  const text = runs.reduce((best, run) => (run.length > best.length ? run : best));
  return text === '' ? nothing : { text, atStart: isAnchored && text === runs[0] };
}
