import { CharacterTest } from './character-test.js';
import { beginnings, firstCharacters } from './first-characters.js';
import { fixedWidth } from './lookbehind.js';
import type { Branches, CharacterSet, Group, Node, ParsedPattern, Repeat } from './nodes.js';
import { assertionKinds, Op, type Program } from './program.js';

/** Writes a pattern as instructions for `Matcher`. */
export function compileProgram(pattern: ParsedPattern): Program {
  return new Compiler(pattern).compile();
}

class Compiler {
  private readonly pattern: ParsedPattern;
  private readonly code: number[] = [];
  private readonly sets: CharacterTest[] = [];
  private registerCount: number;

  constructor(pattern: ParsedPattern) {
    this.pattern = pattern;
    this.registerCount = 2 * (pattern.captureCount + 1);
  }

  compile(): Program {
    const { branches, captureCount } = this.pattern;
    this.add(Op.mark, 0);
    this.branches(branches);
    this.add(Op.mark, 1);
    this.add(Op.accept);
    return {
      code: Int32Array.from(this.code),
      sets: this.sets,
      captureCount,
      registerCount: this.registerCount,
      begins: beginnings(branches),
      firstCharacters: firstCharacters(branches),
    };
  }

  /** Gives the place of its last operand, for what is only known later. */
  private add(...words: readonly number[]): number {
    this.code.push(...words);
    return this.code.length - 1;
  }

  private pointHere(place: number): void {
    this.code[place] = this.code.length;
  }

  private newRegister(): number {
    return this.registerCount++;
  }

  /** `looksBack`: each branch first goes back by its own width. */
  private branches(branches: Branches, looksBack = false): void {
    const ends: number[] = [];
    for (const [index, nodes] of branches.entries()) {
      const isLast = index === branches.length - 1;
      const other = isLast ? -1 : this.add(Op.split, 0);
      if (looksBack) this.add(Op.back, fixedWidth(nodes));
      for (const node of nodes) this.node(node);
      if (isLast) break;
      ends.push(this.add(Op.jump, 0));
      this.pointHere(other);
    }
    for (const end of ends) this.pointHere(end);
  }

  private node(node: Node): void {
    switch (node.type) {
      case 'set':
        this.set(node);
        break;
      case 'group':
        this.group(node);
        break;
      case 'repeat':
        this.repeat(node);
        break;
      case 'assertion':
        this.add(Op.assert, assertionKinds.indexOf(node.kind));
        break;
      case 'backReference':
        this.add(Op.reference, node.number, node.ignoreCase ? 1 : 0);
    }
  }

  private set(node: CharacterSet): void {
    const [first, last] = node.points;
    const isOne =
      node.points.length === 2 && first === last && first <= 0xffff && node.properties.length === 0;
    if (isOne) this.add(Op.character, first);
    else this.add(Op.set, this.indexOf(node));
  }

  private indexOf(node: CharacterSet): number {
    return this.sets.push(new CharacterTest(node)) - 1;
  }

  private group({ kind, number, branches }: Group): void {
    switch (kind) {
      case 'plain':
        this.branches(branches);
        break;
      case 'capture':
        this.capture(number, branches);
        break;
      case 'atomic':
        this.atomic(() => this.branches(branches));
        break;
      case 'lookahead':
      case 'lookbehind':
        this.look(branches, kind === 'lookbehind');
        break;
      default:
        this.lookNegative(branches, kind === 'negativeLookbehind');
    }
  }

  /** The start of a group counts once its end is reached: a reference inside of it means the turn before. */
  private capture(number: number, branches: Branches): void {
    const start = this.newRegister();
    this.add(Op.mark, start);
    this.branches(branches);
    this.add(Op.capture, number, start);
  }

  private atomic(inner: () => void): void {
    const height = this.newRegister();
    this.add(Op.guard, height);
    inner();
    this.add(Op.commit, height);
  }

  private look(branches: Branches, looksBack: boolean): void {
    const height = this.newRegister();
    const start = this.newRegister();
    this.add(Op.mark, start);
    this.add(Op.guard, height);
    this.branches(branches, looksBack);
    this.add(Op.commitAndReturn, height, start);
  }

  /** Where the branches fail, the way that waits behind them is taken; where they match, it is given up with them. */
  private lookNegative(branches: Branches, looksBack: boolean): void {
    const height = this.newRegister();
    this.add(Op.guard, height);
    const after = this.add(Op.split, 0);
    this.branches(branches, looksBack);
    this.add(Op.failSince, height);
    this.pointHere(after);
  }

  private repeat(node: Repeat): void {
    const { item, min, max, mode } = node;
    if (item.type === 'set') {
      const op = mode === 'greedy' ? Op.greedySet : mode === 'lazy' ? Op.lazySet : Op.possessiveSet;
      this.add(op, this.indexOf(item), min, max === Infinity ? -1 : max);
    } else if (mode === 'possessive') {
      this.atomic(() => this.loop({ ...node, mode: 'greedy' }));
    } else {
      this.loop(node);
    }
  }

  private loop({ item, min, max, mode }: Repeat): void {
    if (max === 0) return;
    if (min === 1 && max === 1) {
      this.node(item);
      return;
    }
    if (min === 0 && max === 1 && mode === 'greedy') {
      const without = this.add(Op.split, 0);
      this.node(item);
      this.pointHere(without);
      return;
    }
    const turns = this.newRegister();
    const turnStart = this.newRegister();
    this.add(Op.clear, turns);
    const start = this.code.length;
    const limit = max === Infinity ? -1 : max;
    const after = this.add(Op.turn, turns, min, limit, mode === 'greedy' ? 1 : 0, 0);
    this.add(Op.count, turns);
    this.add(Op.mark, turnStart);
    this.node(item);
    const empty = this.add(Op.leaveIfEmpty, turnStart, turns, min, 0);
    this.add(Op.jump, start);
    this.pointHere(after);
    this.pointHere(empty);
  }
}
