import { lowerAscii } from '../base/ascii.js';
import type { Origin } from '../base/source-range.js';
import type { ArrayElement, ArrayValue, ConfigValue } from './tree.js';

/** A value that `+`, `+=` or a list cannot give, and why. */
export class ValueProblem {
  readonly summary: string;
  readonly detail: string;
  /** The two elements that have one key, where that is the problem. */
  readonly elements: readonly [first: ArrayElement, second: ArrayElement] | null;

  constructor(summary: string, detail: string, elements: ValueProblem['elements'] = null) {
    this.summary = summary;
    this.detail = detail;
    this.elements = elements;
  }
}

/** Lists in lists deeper than this are nobody's configuration. */
const depthMax = 100;

interface ArrayFacts {
  /** Elements by key in lower case; made when first needed. */
  keys: Map<string, ArrayElement> | null;
  readonly weight: number;
  readonly depth: number;
}

/** Makes and joins values, and knows how large they have become. */
export class ValueMaker {
  /** Arrays share their elements, so what is known of an array is not part of it. */
  private readonly facts = new WeakMap<ArrayValue, ArrayFacts>();

  /** Size of a value when written out: what a text that doubles a value line by line must not let explode. */
  weightOf(value: ConfigValue): number {
    if (value.type === 'array') return this.facts.get(value)?.weight ?? 1;
    return value.type === 'string' ? 1 + (value.value.length >> 6) : 1;
  }

  /** An array of a list in the text. No key may be there twice. */
  makeArray(elements: readonly ArrayElement[], origin: Origin): ArrayValue | ValueProblem {
    return this.extend({ type: 'array', elements: [], origin }, elements, origin, false);
  }

  /** `left + right` (configparser_merge_data): two numbers add, strings and numbers join, arrays join. */
  merge(left: ConfigValue, right: ConfigValue, origin: Origin): ConfigValue | ValueProblem {
    if (left.type === 'array' && right.type === 'array')
      return this.extend(left, right.elements, origin, true);
    if (left.type === 'array' || right.type === 'array')
      return new ValueProblem('A list joins only with a list', 'Put the other value in parentheses, too.');
    if (left.type === 'integer' && right.type === 'integer')
      return { type: 'integer', value: (left.value + right.value) | 0, origin };
    return { type: 'string', value: `${left.value}${right.value}`, origin };
  }

  private extend(
    array: ArrayValue,
    added: readonly ArrayElement[],
    origin: Origin,
    mayRepeat: boolean,
  ): ArrayValue | ValueProblem {
    const elements = array.elements.slice();
    const before = this.facts.get(array) ?? { keys: null, weight: 1, depth: 1 };
    let { keys, weight, depth } = before;
    // the map goes on with the longer array; the shorter one makes its own again, should it be extended twice
    before.keys = null;
    for (const element of added) {
      if (element.key !== null) {
        keys ??= keysOf(elements);
        const key = lowerAscii(element.key);
        const known = keys.get(key);
        if (known !== undefined) {
          if (mayRepeat && isSameScalar(known.value, element.value)) continue;
          return repeatedKey(known, element);
        }
        keys.set(key, element);
      }
      elements.push(element);
      weight += this.weightOf(element.value);
      if (element.value.type === 'array')
        depth = Math.max(depth, 1 + (this.facts.get(element.value)?.depth ?? 1));
    }
    if (depth > depthMax)
      return new ValueProblem(`Lists are nested more than ${depthMax} deep`, 'Nest less.');
    const extended: ArrayValue = { type: 'array', elements, origin };
    this.facts.set(extended, { keys, weight, depth });
    return extended;
  }
}

function keysOf(elements: readonly ArrayElement[]): Map<string, ArrayElement> {
  const keys = new Map<string, ArrayElement>();
  for (const element of elements) if (element.key !== null) keys.set(lowerAscii(element.key), element);
  return keys;
}

function repeatedKey(known: ArrayElement, element: ArrayElement): ValueProblem {
  const detail = 'Keys compare without regard to case. Keep one of the two.';
  return new ValueProblem(`The key "${element.key}" is already in this list`, detail, [known, element]);
}

function isSameScalar(a: ConfigValue, b: ConfigValue): boolean {
  return a.type !== 'array' && b.type === a.type && a.value === b.value;
}
