import { posixClass } from './classes.js';
import { asciiPart, type CodePoints, complement, union, withOtherCases } from './code-points.js';
import { readCharacterEscape, setOf, singlePoint } from './escapes.js';
import { type CharacterSet, PatternError } from './nodes.js';
import type { Reader } from './reader.js';

export interface ClassOptions {
  readonly ignoreCase: boolean;
  /** Blanks in a class mean nothing: `(?xx)`. */
  readonly skipBlanks: boolean;
}

/** One member: a character's code, or a set. */
type Member = number | CharacterSet;

/** Reads a class from behind its `[`. */
export function parseClass(reader: Reader, options: ClassOptions): CharacterSet {
  return new ClassParser(reader, options).parse();
}

class ClassParser {
  private readonly reader: Reader;
  private readonly options: ClassOptions;
  private literals: CodePoints = [];
  private sets: CodePoints = [];
  private readonly properties: string[] = [];
  private isQuoting = false;

  constructor(reader: Reader, options: ClassOptions) {
    this.reader = reader;
    this.options = options;
  }

  parse(): CharacterSet {
    const { reader } = this;
    const isNegated = reader.take('^');
    for (let isFirst = true; ; isFirst = false) {
      this.skipMarks();
      if (reader.isAtEnd) throw new PatternError('a class [ has no closing ]');
      if (!isFirst && !this.isQuoting && reader.take(']')) break;
      this.add(this.member());
    }
    const cased = this.options.ignoreCase ? withOtherCases(this.literals) : this.literals;
    const points = union(cased, this.sets);
    if (this.properties.length > 0) return { type: 'set', points, properties: this.properties, isNegated };
    return setOf(isNegated ? complement(points) : points);
  }

  /** Steps over `\Q`, `\E`, and blanks where they mean nothing. */
  private skipMarks(): void {
    for (;;) {
      if (this.reader.take('\\E')) this.isQuoting = false;
      else if (!this.isQuoting && this.reader.take('\\Q')) this.isQuoting = true;
      else if (this.isQuoting || !this.options.skipBlanks || !this.reader.match(/[ \t]/y)) return;
    }
  }

  private add(first: Member): void {
    this.skipMarks();
    const isRange = !this.isQuoting && this.reader.look(/-[^\]]/y) !== null;
    if (!isRange) {
      this.addOne(first);
      return;
    }
    this.reader.next();
    this.skipMarks();
    if (this.reader.peek() === ']' && !this.isQuoting) {
      this.addOne(first);
      this.addOne(45);
      return;
    }
    const last = this.member();
    if (typeof first !== 'number' || typeof last !== 'number')
      throw new PatternError('a range in a class goes from a character to a character');
    if (last < first) throw new PatternError('a range in a class goes from a higher to a lower character');
    this.literals = union(this.literals, [first, last]);
  }

  private addOne(member: Member): void {
    if (typeof member === 'number') this.literals = union(this.literals, singlePoint(member));
    else if (member.properties.length === 0) this.sets = union(this.sets, member.points);
    else this.addProperties(member);
  }

  private addProperties({ properties, isNegated, points }: CharacterSet): void {
    if (isNegated && properties.length > 1)
      throw new PatternError('a class with this negated property cannot be translated');
    this.sets = union(this.sets, points);
    for (const property of properties)
      this.properties.push(isNegated ? property.replace('\\p', '\\P') : property);
  }

  private member(): Member {
    const { reader, isQuoting } = this;
    if (isQuoting) return reader.next().codePointAt(0)!;
    const posix = reader.match(/\[([:.=])(\^?[a-z]*)\1\]/y);
    if (posix) {
      if (posix[1] !== ':') throw new PatternError('collating elements in a class are not supported');
      return setOf(posixClass(posix[2], this.options.ignoreCase));
    }
    const character = reader.next();
    return character === '\\' ? this.escape() : character.codePointAt(0)!;
  }

  private escape(): Member {
    const { reader } = this;
    if (reader.take('b')) return 8;
    const octal = reader.match(/[0-7]{1,3}/y);
    if (octal) return Number.parseInt(octal[0], 8);
    const character = readCharacterEscape(reader);
    if (character !== null) return character;
    const letter = reader.next();
    if (letter === '8' || letter === '9') return letter.codePointAt(0)!;
    throw new PatternError(`\\${letter} means nothing in a class`);
  }
}

/** The characters of a set below 128, properties worked out. */
export function asciiPointsOf({ points, properties, isNegated }: CharacterSet): CodePoints {
  if (properties.length === 0) return asciiPart(points);
  const test = new RegExp(`[${properties.join('')}]`, 'u');
  const named = Array.from({ length: 128 }, (_, code) => code).filter((code) =>
    test.test(String.fromCharCode(code)),
  );
  const all = union(asciiPart(points), ...named.map(singlePoint));
  return isNegated ? asciiPart(complement(all)) : all;
}
