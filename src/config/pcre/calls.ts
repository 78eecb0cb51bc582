import { type Branches, type Group, type Node, PatternError } from './nodes.js';

/** A call of a group, `(?1)` or `(?&name)`, before it is filled in. */
export interface Call {
  /** Stands where the call stands; gets a copy of the group that is called. */
  readonly node: { -readonly [Key in keyof Group]: Group[Key] };
  /** Number of the group; found by `name` where there is one. */
  readonly number: number;
  readonly name: string | null;
}

/** Calls may call what calls; a pattern that grows beyond this is refused. */
const copiesMax = 10_000;

/** Puts copies of groups in the place of their calls. A group that calls itself has no end, and is refused. */
export class CallExpander {
  private readonly groups: ReadonlyMap<number, Group>;
  private readonly open = new Map<Node, Call>();
  private readonly running = new Set<Call>();
  private copies = 0;

  constructor(groups: ReadonlyMap<number, Group>, calls: readonly Call[]) {
    this.groups = groups;
    for (const call of calls) this.open.set(call.node, call);
  }

  expand(): void {
    for (const call of [...this.open.values()]) this.fill(call);
  }

  private fill(call: Call): void {
    if (this.running.has(call)) throw new PatternError('a group that calls itself is not possible here');
    const group = this.groups.get(call.number);
    if (group === undefined) throw new PatternError('it calls a group that does not exist');
    this.running.add(call);
    this.fillWithin(group.branches);
    call.node.branches = this.copyBranches(group.branches);
    this.running.delete(call);
    this.open.delete(call.node);
  }

  private fillWithin(branches: Branches): void {
    for (const node of branches.flat()) {
      const inner = node.type === 'repeat' ? node.item : node;
      const call = this.open.get(inner);
      if (call !== undefined) this.fill(call);
      else if (inner.type === 'group') this.fillWithin(inner.branches);
    }
  }

  private copyBranches(branches: Branches): Branches {
    return branches.map((nodes) => nodes.map((node) => this.copy(node)));
  }

  /** What a called group captures is forgotten after the call. */
  private copy(node: Node): Node {
    if (++this.copies > copiesMax) throw new PatternError('its calls of groups make it too large');
    if (node.type === 'repeat') return { ...node, item: this.copy(node.item) };
    if (node.type === 'backReference')
      throw new PatternError('a call of a group with a back reference cannot be translated');
    if (node.type !== 'group') return node;
    const kind = node.kind === 'capture' ? 'plain' : node.kind;
    return { ...node, kind, number: 0, branches: this.copyBranches(node.branches) };
  }
}
