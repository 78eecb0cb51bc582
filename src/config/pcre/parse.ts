import { type Call, CallExpander } from './calls.js';
import { verticalSpace } from './classes.js';
import { complement, withOtherCases } from './code-points.js';
import { readCharacterEscape, readNotLineFeed, setOf, singlePoint } from './escapes.js';
import { checkLookbehind } from './lookbehind.js';
import {
  type Assertion,
  type Branches,
  type CharacterSet,
  type Group,
  type GroupKind,
  type Node,
  type ParsedPattern,
  PatternError,
  type Repeat,
} from './nodes.js';
import { noOptions, type Options, readOptions } from './options.js';
import { parseClass } from './parse-class.js';
import { Reader } from './reader.js';

const depthMax = 100;
const repeatsMax = 65_535;

/** Reads a pattern as PCRE2 does in UTF mode; throws a PatternError where PCRE2 or this translation cannot use it. */
export function parsePcre(pattern: string): ParsedPattern {
  return new PatternParser(pattern).parse();
}

const groupStarts: readonly (readonly [string, GroupKind])[] = [
  ['(?:', 'plain'],
  ['(?>', 'atomic'],
  ['(?=', 'lookahead'],
  ['(?!', 'negativeLookahead'],
  ['(?<=', 'lookbehind'],
  ['(?<!', 'negativeLookbehind'],
];

const wordGroupStarts: Readonly<Record<string, GroupKind>> = {
  pla: 'lookahead',
  positive_lookahead: 'lookahead',
  nla: 'negativeLookahead',
  negative_lookahead: 'negativeLookahead',
  plb: 'lookbehind',
  positive_lookbehind: 'lookbehind',
  nlb: 'negativeLookbehind',
  negative_lookbehind: 'negativeLookbehind',
  atomic: 'atomic',
};

class PatternParser {
  private readonly reader: Reader;
  private captureCount = 0;
  private readonly names = new Map<string, number>();
  /** References that were read before it was known whether their group exists. */
  private readonly references: { readonly node: { number: number }; readonly name: string | null }[] = [];
  private readonly groups = new Map<number, Group>();
  private readonly calls: Call[] = [];
  private depth = 0;

  constructor(pattern: string) {
    this.reader = new Reader(pattern);
  }

  parse(): ParsedPattern {
    while (this.reader.match(/\(\*(?:UTF8?|NO_[A-Z_]+|LF|BSR_UNICODE|LIMIT_[A-Z]+=\d+)\)/y));
    const branches = this.branches({ ...noOptions });
    if (!this.reader.isAtEnd) throw new PatternError('a ) closes nothing');
    for (const { node, name } of this.references) {
      if (name !== null) node.number = this.names.get(name) ?? 0;
      if (node.number < 1 || node.number > this.captureCount)
        throw new PatternError('it refers to a group that does not exist');
    }
    const calls = this.calls.map((call) => ({
      ...call,
      number: this.names.get(call.name ?? '') ?? call.number,
    }));
    new CallExpander(this.groups, calls).expand();
    return { branches, captureCount: this.captureCount };
  }

  /** Up to the closing parenthesis or the end. Options set on the way hold for the rest of the group. */
  private branches(options: Options): Branches {
    if (++this.depth > depthMax) throw new PatternError(`its groups are nested more than ${depthMax} deep`);
    const branches: Node[][] = [[]];
    for (;;) {
      this.skipIgnored(options);
      if (this.reader.isAtEnd || this.reader.peek() === ')') break;
      if (this.reader.take('|')) {
        branches.push([]);
        continue;
      }
      const item = this.item(options);
      if (item !== null) branches.at(-1)!.push(this.repeated(item, options));
      else if (options.quoted !== '') branches.at(-1)!.push(...this.quoted(options));
    }
    this.depth--;
    return branches;
  }

  private skipIgnored({ extended }: Options): void {
    const { reader } = this;
    for (;;) {
      if (reader.take('(?#')) reader.until(')', 'a comment (?# has no closing )');
      else if (reader.take('\\E')) continue;
      else if (extended && reader.match(/[ \t\n\v\f\r\x85\u200e\u200f\u2028\u2029]/y)) continue;
      else if (extended && reader.take('#')) while (!reader.isAtEnd && reader.next() !== '\n');
      else return;
    }
  }

  /** Null where what was read is no item: an option, or a quoted text that `options.quoted` then holds. */
  private item(options: Options): Node | null {
    const { reader } = this;
    if (reader.peek() === '(') return this.parenthesis(options);
    if (reader.match(/\{\d+(?:,\d*)?\}/y)) throw nothingToRepeat();
    const character = reader.next();
    switch (character) {
      case '*':
      case '+':
      case '?':
        throw nothingToRepeat();
      case '.':
        return setOf(options.dotAll ? [0, 0x10ffff] : complement([10, 10]));
      case '^':
        return assertion(options.multiline ? 'lineStart' : 'start');
      case '$':
        return assertion(options.multiline ? 'lineEnd' : 'endOrLastLineEnd');
      case '[':
        return this.bracket(options);
      case '\\':
        return this.escape(options);
      default:
        return literal(character.codePointAt(0)!, options);
    }
  }

  private bracket(options: Options): Node {
    const { reader } = this;
    if (reader.match(/([:.=])[^\]\\]*\1\]/y)) throw new PatternError('[: :] stands outside of a class [ ]');
    if (reader.take('[:<:]]')) return wordEdge('lookahead');
    if (reader.take('[:>:]]')) return wordEdge('lookbehind');
    return parseClass(reader, { ignoreCase: options.ignoreCase, skipBlanks: options.extendedMore });
  }

  private escape(options: Options): Node | null {
    const { reader } = this;
    if (reader.take('Q')) {
      options.quoted = this.quotedText();
      return null;
    }
    const reference = this.reference(options);
    if (reference !== null) return reference;
    switch (reader.peek()) {
      case 'A':
      case 'G':
        reader.next();
        return assertion('start');
      case 'Z':
        reader.next();
        return assertion('endOrLastLineEnd');
      case 'z':
        reader.next();
        return assertion('end');
      case 'b':
        reader.next();
        return assertion('wordBoundary');
      case 'B':
        reader.next();
        return assertion('noWordBoundary');
      case 'R':
        reader.next();
        return lineBreak;
      case 'N':
        return this.character(readNotLineFeed(reader), options);
    }
    const character = readCharacterEscape(reader);
    if (character === null) throw unknownEscape(reader.next());
    return this.character(character, options);
  }

  private character(character: number | CharacterSet, options: Options): CharacterSet {
    return typeof character === 'number' ? literal(character, options) : character;
  }

  private quotedText(): string {
    let text = '';
    while (!this.reader.isAtEnd && !this.reader.take('\\E')) text += this.reader.next();
    return text;
  }

  /** The characters of `\Q…\E`; a quantifier after them repeats the last one. */
  private quoted(options: Options): Node[] {
    const nodes = Array.from(options.quoted, (character) => literal(character.codePointAt(0)!, options));
    options.quoted = '';
    const last = nodes.pop()!;
    return [...nodes, this.repeated(last, options)];
  }

  private reference(options: Options): Node | null {
    const { reader } = this;
    const named = reader.match(
      /k(?:\{([A-Za-z_]\w*)\}|<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')|g\{([A-Za-z_]\w*)\}/y,
    );
    if (named) return this.refer(0, named[1] ?? named[2] ?? named[3] ?? named[4], options);
    const numbered = reader.match(/g(?:\{([+-]?\d+)\}|([+-]?\d+))/y);
    if (numbered) return this.refer(this.absoluteNumber(numbered[1] ?? numbered[2]), null, options);
    // a number of two digits that is no group is an octal code
    const digits = reader.look(/[1-9]\d{0,5}/y)?.[0] ?? '';
    const number = Number(digits);
    if (number === 0 || (number > 9 && number > this.captureCount && !/^[89]/.test(digits)))
      return this.octal();
    reader.take(digits);
    return this.refer(number, null, options);
  }

  private octal(): Node | null {
    const digits = /[1-7]/.test(this.reader.peek()) ? this.reader.match(/[0-7]{1,3}/y) : null;
    return digits && setOf(singlePoint(Number.parseInt(digits[0], 8)));
  }

  private absoluteNumber(text: string): number {
    if (text.startsWith('-')) return this.captureCount + 1 + Number(text);
    return text.startsWith('+') ? this.captureCount + Number(text) : Number(text);
  }

  private refer(number: number, name: string | null, { ignoreCase }: Options): Node {
    const node = { type: 'backReference' as const, number, ignoreCase };
    this.references.push({ node, name });
    return node;
  }

  /** A group, or options; what is neither is refused by name. */
  private parenthesis(options: Options): Node | null {
    const { reader } = this;
    if (reader.match(/\(\*(?:F|FAIL)\)/y)) return assertion('never');
    const word = reader.match(/\(\*([a-z_]+):/y);
    if (word && Object.hasOwn(wordGroupStarts, word[1])) return this.group(wordGroupStarts[word[1]], options);
    for (const [start, kind] of groupStarts) if (reader.take(start)) return this.group(kind, options);
    const reference = reader.match(/\(\?P=([A-Za-z_]\w*)\)/y);
    if (reference) return this.refer(0, reference[1], options);
    const call = reader.match(/\(\?(?:([+-]?\d+)|&([A-Za-z_]\w*)|P>([A-Za-z_]\w*))\)/y);
    if (call) return this.call(call);
    const name = reader.match(/\(\?(?:P?<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})')/y);
    if (name) return this.namedGroup(name[1] ?? name[2], options);
    if (reader.match(/\((?![?*])/y)) return this.group(options.noCapture ? 'plain' : 'capture', options);
    return this.optionGroup(options);
  }

  private call([, number, name, pythonName]: RegExpExecArray): Group {
    const node: Call['node'] = { type: 'group', kind: 'plain', number: 0, branches: [] };
    const called = name ?? pythonName ?? null;
    this.calls.push({ node, number: called === null ? this.absoluteNumber(number) : 0, name: called });
    return node;
  }

  private namedGroup(name: string, options: Options): Group {
    if (this.names.has(name)) throw new PatternError(`two groups have the name ${name}`);
    this.names.set(name, this.captureCount + 1);
    return this.group('capture', options);
  }

  /** `(?i)` changes the options of the group that it stands in; `(?i:…)` is a group with options of its own. */
  private optionGroup(options: Options): Group | null {
    const changed = readOptions(this.reader, options);
    if (this.reader.take(':')) return this.group('plain', changed);
    if (!this.reader.take(')')) throw new PatternError('an option after (? is not known');
    Object.assign(options, changed);
    return null;
  }

  private group(kind: GroupKind, options: Options): Group {
    const number = kind === 'capture' ? ++this.captureCount : 0;
    const branches = this.branches({ ...options });
    if (!this.reader.take(')')) throw new PatternError('a ( is not closed');
    if (kind === 'lookbehind' || kind === 'negativeLookbehind') checkLookbehind(branches);
    const group: Group = { type: 'group', kind, number, branches };
    if (number > 0) this.groups.set(number, group);
    return group;
  }

  /** The item with the quantifier that follows it, if one does. */
  private repeated(item: Node, options: Options): Node {
    const { reader } = this;
    this.skipIgnored(options);
    const quantifier = reader.match(/(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})/y);
    if (quantifier === null) return item;
    if (item.type === 'assertion') throw nothingToRepeat();
    const [min, max] = limits(quantifier);
    const suffix = reader.match(/[?+]/y)?.[0];
    const isLazy = (suffix === '?') !== options.ungreedy;
    const mode: Repeat['mode'] = suffix === '+' ? 'possessive' : isLazy ? 'lazy' : 'greedy';
    return { type: 'repeat', item, min, max, mode };
  }
}

function limits([sign, low, comma, high]: RegExpExecArray): [number, number] {
  if (low === undefined) return sign === '*' ? [0, Infinity] : sign === '+' ? [1, Infinity] : [0, 1];
  const min = Number(low);
  const max = comma === undefined ? min : high === '' ? Infinity : Number(high);
  if (min > repeatsMax || (max > repeatsMax && max !== Infinity))
    throw new PatternError(`a number in {} is larger than ${repeatsMax}`);
  if (max < min) throw new PatternError('the numbers in {} are out of order');
  return [min, max];
}

function literal(code: number, { ignoreCase }: Options): CharacterSet {
  const points = singlePoint(code);
  return setOf(ignoreCase ? withOtherCases(points) : points);
}

function assertion(kind: Assertion['kind']): Assertion {
  return { type: 'assertion', kind };
}

/** `\b` with a word after it, or before it. */
function wordEdge(kind: 'lookahead' | 'lookbehind'): Node {
  const word = setOf([48, 57, 65, 90, 95, 95, 97, 122]);
  const side: Group = { type: 'group', kind, number: 0, branches: [[word]] };
  return { type: 'group', kind: 'plain', number: 0, branches: [[assertion('wordBoundary'), side]] };
}

const carriageReturn = setOf([13, 13]);
const newline = setOf([10, 10]);

/** `\R`: CRLF as one, or any single character that ends lines. */
const lineBreak: Node = {
  type: 'group',
  kind: 'atomic',
  number: 0,
  branches: [[carriageReturn, newline], [setOf(verticalSpace)]],
};

function nothingToRepeat(): PatternError {
  return new PatternError('a quantifier has nothing before it that it could repeat');
}

const knownButRefused: Readonly<Record<string, string>> = {
  K: '\\K (forget what was matched so far)',
  C: '\\C (a single byte)',
  X: '\\X (a whole visible character)',
};

function unknownEscape(letter: string): PatternError {
  if (Object.hasOwn(knownButRefused, letter))
    return new PatternError(`${knownButRefused[letter]} is not possible here`);
  return new PatternError(`\\${letter} means nothing`);
}
