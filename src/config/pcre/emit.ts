import { asciiPart, type CodePoints, complement, toRanges } from './code-points.js';
import type { Branches, CharacterSet, Group, Node, ParsedPattern, Repeat } from './nodes.js';
import { asciiPointsOf } from './parse-class.js';

export interface EmittedPattern {
  readonly source: string;
  /** For each group of the pattern (0 is the whole match) its number in JavaScript's expression. */
  readonly groups: readonly number[];
}

/**
 * Writes a pattern for JavaScript's engine. `ascii`: for subjects of ASCII without line feed, which are nearly all: then
 * `$` is just `$`, and V8 can go over to its linear engine. Otherwise for any subject, to be used with the `u` flag.
 */
export function emitPattern({ branches, captureCount }: ParsedPattern, ascii: boolean): EmittedPattern {
  const emitter = new Emitter(ascii, captureCount);
  return { source: emitter.branches(branches), groups: emitter.groups };
}

class Emitter {
  readonly groups: number[];
  private readonly ascii: boolean;
  /** Groups of the expression so far, those for atomic groups among them. */
  private count = 0;

  constructor(ascii: boolean, captureCount: number) {
    this.ascii = ascii;
    this.groups = new Array<number>(captureCount + 1).fill(0);
  }

  branches(branches: Branches): string {
    return branches.map((nodes) => nodes.map((node) => this.node(node)).join('')).join('|');
  }

  private node(node: Node): string {
    switch (node.type) {
      case 'set':
        return this.set(node);
      case 'group':
        return this.group(node);
      case 'repeat':
        return this.repeat(node);
      case 'backReference':
        return `(?:\\${this.groups[node.number]})`;
      case 'assertion':
        return assertions[node.kind][this.ascii ? 0 : 1];
    }
  }

  private set(node: CharacterSet): string {
    const [first, last] = node.points;
    if (first === last && first < 128 && node.points.length === 2 && node.properties.length === 0)
      return escapeCharacter(first);
    if (this.ascii) return classOf(asciiPointsOf(node), true);
    if (node.properties.length === 0) return classOf(node.points, false);
    return `[${node.isNegated ? '^' : ''}${node.properties.join('')}${membersOf(node.points)}]`;
  }

  private group({ kind, number, branches }: Group): string {
    if (kind === 'capture') {
      this.groups[number] = ++this.count;
      return `(${this.branches(branches)})`;
    }
    if (kind === 'atomic') return this.atomic(() => this.branches(branches));
    return `${groupStarts[kind]}${this.branches(branches)})`;
  }

  /** A lookahead is never gone into again; the reference then takes what it saw. */
  private atomic(inner: () => string): string {
    const number = ++this.count;
    return `(?:(?=(${inner()}))\\${number})`;
  }

  private repeat(node: Repeat): string {
    if (node.mode === 'possessive') return this.atomic(() => this.repeat({ ...node, mode: 'greedy' }));
    const item = this.node(node.item);
    const isLook = node.item.type === 'group' && /look/i.test(node.item.kind);
    return (isLook ? `(?:${item})` : item) + quantifier(node) + (node.mode === 'lazy' ? '?' : '');
  }
}

const groupStarts: Readonly<Record<Exclude<Group['kind'], 'capture' | 'atomic'>, string>> = {
  plain: '(?:',
  lookahead: '(?=',
  negativeLookahead: '(?!',
  lookbehind: '(?<=',
  negativeLookbehind: '(?<!',
};

/** For a subject of ASCII without line feed, and for any subject. */
const assertions: Readonly<Record<string, readonly [string, string]>> = {
  start: ['^', '^'],
  end: ['$', '$'],
  endOrLastLineEnd: ['$', '(?=\\n?$)'],
  lineStart: ['^', '(?:^|(?<=\\n)(?!$))'],
  lineEnd: ['$', '(?=\\n|$)'],
  wordBoundary: ['\\b', '\\b'],
  noWordBoundary: ['\\B', '\\B'],
  never: ['(?!)', '(?!)'],
};

function quantifier({ min, max }: Repeat): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

/** The shorter of `[…]` and `[^…]`; a single character needs neither. */
function classOf(points: CodePoints, ascii: boolean): string {
  if (points.length === 2 && points[0] === points[1]) return escapeCharacter(points[0]);
  const others = ascii ? asciiPart(complement(points)) : complement(points);
  if (others.length === 0) return '[\\s\\S]';
  return others.length < points.length ? `[^${membersOf(others)}]` : `[${membersOf(points)}]`;
}

function membersOf(points: CodePoints): string {
  return toRanges(points)
    .map(([first, last]) => {
      if (first === last) return escapeMember(first);
      return `${escapeMember(first)}${last > first + 1 ? '-' : ''}${escapeMember(last)}`;
    })
    .join('');
}

function escapeCharacter(code: number): string {
  const character = String.fromCodePoint(code);
  return /[\\^$.|?*+()[\]{}/]/.test(character) ? `\\${character}` : escapeControl(code, character);
}

function escapeMember(code: number): string {
  const character = String.fromCodePoint(code);
  return /[\\\]^[-]/.test(character) ? `\\${character}` : escapeControl(code, character);
}

function escapeControl(code: number, character: string): string {
  if (code >= 32 && code < 127) return character;
  return code < 128 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
