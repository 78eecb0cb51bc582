import { lowerAscii } from '../../base/ascii.js';
import { Pattern } from '../../config/pattern.js';
import type { Condition } from '../../config/tree.js';
import { hostWithoutPort } from '../../http/host.js';
import { matchesPrefix, parseIpAddress } from '../../http/ip-address.js';

/**
 * A condition, or its opposite, as a set of values of one field. All answers are on the safe side: false where it is
 * not certain.
 */
export interface ValueSet {
  readonly condition: Condition;
  /** `==`, `=^`, `=$` or `=~`. */
  readonly operator: '==' | '=^' | '=$' | '=~';
  /** Of `=~`; null where it cannot be run, which is reported elsewhere. */
  readonly pattern: Pattern | null;
  readonly isNegated: boolean;
}

/** The values for which the condition holds; null for a plain else. */
export function valueSetOf(condition: Condition): ValueSet | null {
  switch (condition.operator) {
    case 'else':
      return null;
    case '!=':
      return { condition, operator: '==', pattern: null, isNegated: true };
    case '=~':
    case '!~': {
      const pattern = Pattern.compile(condition.value);
      const isNegated = condition.operator === '!~';
      return { condition, operator: '=~', pattern: typeof pattern === 'string' ? null : pattern, isNegated };
    }
    default:
      return { condition, operator: condition.operator, pattern: null, isNegated: false };
  }
}

export function opposite(set: ValueSet): ValueSet {
  return { ...set, isNegated: !set.isNegated };
}

/** Is there no value that is in both? */
export function areDisjoint(a: ValueSet, b: ValueSet): boolean {
  if (!sameField(a.condition, b.condition) || (a.isNegated && b.isNegated)) return false;
  if (a.isNegated) return plainCovers(a, b);
  return b.isNegated ? plainCovers(b, a) : plainDisjoint(a, b);
}

/** Is every value of `b` in `a`? */
export function covers(a: ValueSet, b: ValueSet): boolean {
  if (!sameField(a.condition, b.condition)) return false;
  if (a.isNegated) return b.isNegated ? plainCovers(b, a) : plainDisjoint(a, b);
  return !b.isNegated && plainCovers(a, b);
}

function sameField(a: Condition, b: Condition): boolean {
  return a.field === b.field && lowerAscii(a.header) === lowerAscii(b.header);
}

/** `covers`, whatever `isNegated` says. */
function plainCovers(a: ValueSet, b: ValueSet): boolean {
  const [x, y] = [a.condition.value, b.condition.value];
  if (a.operator === b.operator && x === y) return true;
  if (a.condition.field === 'remoteIp') return isEquality(a) && isEquality(b) && networkCovers(x, y);
  if (a.condition.field === 'host')
    return a.operator === '=^' && startsWith(b, isEquality(b) ? hostWithoutPort(y) : y, x);
  if (a.condition.field === 'socket') return false;
  if (isEquality(b)) return accepts(a, y);
  if (a.operator === '=^') return startsWith(b, y, x);
  return a.operator === '=$' && b.operator === '=$' && y.endsWith(x);
}

/** Do all values of the set, an equality or prefix with `value`, start with `prefix`? */
function startsWith(set: ValueSet, value: string, prefix: string): boolean {
  return (isEquality(set) || set.operator === '=^') && value.startsWith(prefix);
}

/** `areDisjoint`, whatever `isNegated` says. */
function plainDisjoint(a: ValueSet, b: ValueSet): boolean {
  const [x, y] = [a.condition.value, b.condition.value];
  const { field } = a.condition;
  if (field === 'remoteIp')
    return (
      isEquality(a) && isEquality(b) && areNetworks(x, y) && !networkCovers(x, y) && !networkCovers(y, x)
    );
  if (field === 'socket') return false;
  if (beginDifferently(prefixOf(a), prefixOf(b))) return true;
  if (a.operator === '=$' && b.operator === '=$') return !x.endsWith(y) && !y.endsWith(x);
  // a host equals with or without its port, so only names are compared
  if (field === 'host') return isEquality(a) && isEquality(b) && hostWithoutPort(x) !== hostWithoutPort(y);
  if (isEquality(b)) return refuses(a, y);
  return isEquality(a) && refuses(b, x);
}

/** What every value of the set begins with. */
function prefixOf({ condition: { field, value }, operator }: ValueSet): string {
  if (operator === '=^') return value;
  if (operator === '==') return field === 'host' ? hostWithoutPort(value) : value;
  if (operator === '=$' || value.includes('|') || value.includes('(?')) return '';
  const [, literal, next] = /^\^([\w/:-]*)(.?)/s.exec(value) ?? ['', '', ''];
  return '?*{'.includes(next) ? literal.slice(0, -1) : literal;
}

function beginDifferently(a: string, b: string): boolean {
  return !a.startsWith(b) && !b.startsWith(a);
}

function isEquality({ operator }: ValueSet): boolean {
  return operator === '==';
}

function accepts({ condition: { value }, operator, pattern }: ValueSet, text: string): boolean {
  if (operator === '==') return text === value;
  if (operator === '=^') return text.startsWith(value);
  if (operator === '=$') return text.endsWith(value);
  return pattern?.test(text) ?? false;
}

function refuses(set: ValueSet, text: string): boolean {
  return !accepts(set, text) && !(set.operator === '=~' && set.pattern === null);
}

function areNetworks(a: string, b: string): boolean {
  return networkOf(a) !== null && networkOf(b) !== null;
}

function networkCovers(outer: string, inner: string): boolean {
  const [a, b] = [networkOf(outer), networkOf(inner)];
  if (a === null || b === null || a.bytes.length !== b.bytes.length) return false;
  return a.bits <= b.bits && matchesPrefix(a.bytes, b.bytes, a.bits);
}

function networkOf(text: string): { readonly bytes: Uint8Array; readonly bits: number } | null {
  const [address, mask] = text.split('/', 2);
  const bytes = parseIpAddress(address)?.bytes;
  if (bytes === undefined || bytes.length === 0) return null;
  return { bytes, bits: mask === undefined ? bytes.length * 8 : Number(mask) };
}
