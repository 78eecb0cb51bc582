import { asciiPart, type CodePoints, complement, toRanges } from './code-points.js';
import { type Branches, type CharacterSet, type Node, PatternError, type Repeat } from './nodes.js';
import { asciiPointsOf } from './parse-class.js';

/**
 * Writes a pattern that `suitsJavaScript` for JavaScript's engine, for subjects of ASCII without line feed, which are
 * nearly all: there `$` is just `$`, and no flag is needed, so that V8 can go over to its linear engine. Its groups have
 * the numbers that they have in the pattern.
 */
export function emitPattern(branches: Branches): string {
  return branches.map((nodes) => nodes.map(emitNode).join('')).join('|');
}

function emitNode(node: Node): string {
  switch (node.type) {
    case 'set':
      return emitSet(node);
    case 'group':
      return `${node.kind === 'capture' ? '(' : '(?:'}${emitPattern(node.branches)})`;
    case 'repeat':
      return emitNode(node.item) + quantifier(node) + (node.mode === 'lazy' ? '?' : '');
    case 'assertion':
      return assertions[node.kind];
    default:
      throw new PatternError("JavaScript's engine does not suit it");
  }
}

const assertions: Readonly<Record<string, string>> = {
  start: '^',
  end: '$',
  endOrLastLineEnd: '$',
  lineStart: '^',
  lineEnd: '$',
  wordBoundary: '\\b',
  noWordBoundary: '\\B',
};

function quantifier({ min, max }: Repeat): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

/** The shorter of `[…]` and `[^…]`; a single character needs neither. */
function emitSet(node: CharacterSet): string {
  const points = asciiPointsOf(node);
  if (points.length === 2 && points[0] === points[1]) return escapeCharacter(points[0]);
  const others = asciiPart(complement(points));
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
  const character = String.fromCharCode(code);
  return /[\\^$.|?*+()[\]{}/]/.test(character) ? `\\${character}` : escapeControl(code, character);
}

function escapeMember(code: number): string {
  const character = String.fromCharCode(code);
  return /[\\\]^[-]/.test(character) ? `\\${character}` : escapeControl(code, character);
}

function escapeControl(code: number, character: string): string {
  return code >= 32 && code < 127 ? character : `\\x${code.toString(16).padStart(2, '0')}`;
}
