import { escapedClasses, lineFeed, propertySet } from './classes.js';
import { type CodePoints, complement, lastCodePoint } from './code-points.js';
import { type CharacterSet, PatternError } from './nodes.js';
import type { Reader } from './reader.js';

const controls: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };

export function singlePoint(code: number): CodePoints {
  return [code, code];
}

export function setOf(points: CodePoints): CharacterSet {
  return { type: 'set', points, properties: [], isNegated: false };
}

/**
 * What stands for one character or a set of them after a backslash, inside of a class and outside: the character's
 * code, or the set. Null where the escape is none of these; then nothing is read.
 */
export function readCharacterEscape(reader: Reader): number | CharacterSet | null {
  const letter = reader.peek();
  if (letter === '') throw new PatternError('it ends with a backslash');
  if (Object.hasOwn(escapedClasses, letter)) return setOf(escapedClasses[reader.next()]);
  if (Object.hasOwn(controls, letter)) return controls[reader.next()];
  if (letter === 'p' || letter === 'P') return readProperty(reader);
  if (letter === 'x') return readHex(reader);
  if (letter === 'o') return readOctalInBraces(reader);
  if (letter === 'c') return readControl(reader);
  if (letter === '0') return Number.parseInt(reader.match(/0[0-7]{0,2}/y)![0], 8);
  return /[A-Za-z0-9]/.test(letter) ? null : reader.next().codePointAt(0)!;
}

/** `\N` is any character but a line feed, and `\N{U+41}` one character. */
export function readNotLineFeed(reader: Reader): number | CharacterSet {
  reader.next();
  const named = reader.match(/\{U\+([0-9A-Fa-f]+)\}/y);
  if (named) return checked(Number.parseInt(named[1], 16));
  if (reader.look(/\{(?!\d+(?:,\d*)?\})/y)) throw new PatternError('\\N{name} is not supported');
  return setOf(complement(lineFeed));
}

function readProperty(reader: Reader): CharacterSet {
  const isNegated = reader.next() === 'P';
  const name = reader.take('{') ? reader.until('}', '\\p{ has no closing }') : reader.next();
  return propertySet(name, isNegated);
}

function readHex(reader: Reader): number {
  reader.next();
  if (reader.peek() !== '{') return Number.parseInt(reader.match(/[0-9A-Fa-f]{0,2}/y)![0] || '0', 16);
  const digits = reader.match(/\{([0-9A-Fa-f]+)\}/y);
  if (digits === null) throw new PatternError('\\x{ needs hexadecimal digits and a closing }');
  return checked(Number.parseInt(digits[1], 16));
}

function readOctalInBraces(reader: Reader): number {
  const digits = reader.match(/o\{([0-7]+)\}/y);
  if (digits === null) throw new PatternError('\\o needs octal digits in braces');
  return checked(Number.parseInt(digits[1], 8));
}

function readControl(reader: Reader): number {
  reader.next();
  const code = reader.next().toUpperCase().codePointAt(0) ?? 0;
  if (code < 32 || code > 126) throw new PatternError('\\c needs a printable ASCII character after it');
  return code ^ 64;
}

function checked(code: number): number {
  if (code <= lastCodePoint && (code < 0xd800 || code > 0xdfff)) return code;
  throw new PatternError(`${code.toString(16)} is no character`);
}
