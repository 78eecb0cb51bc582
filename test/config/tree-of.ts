import type { Origin } from '../../src/base/source-range.js';
import type { ArrayElement, Condition, ConfigTree, ConfigValue } from '../../src/config/tree.js';

const source = { name: 'test.conf', text: '', includedFrom: null };

/** A place that tests can tell apart by its line. */
export function originAt(line: number): Origin {
  return { source, start: 0, end: 0, line, column: 1 };
}

type Plain = string | number | readonly Plain[] | { readonly [key: string]: Plain };
export interface PlainBlock {
  readonly condition?: Partial<Condition>;
  readonly settings: { readonly [key: string]: Plain };
}

export function configValue(plain: Plain, origin = originAt(1)): ConfigValue {
  if (typeof plain === 'string') return { type: 'string', value: plain, origin };
  if (typeof plain === 'number') return { type: 'integer', value: plain, origin };
  const elements: ArrayElement[] = Array.isArray(plain)
    ? plain.map((value) => ({ key: null, value: configValue(value, origin) }))
    : Object.entries(plain).map(([key, value]) => ({ key, value: configValue(value, origin) }));
  return { type: 'array', elements, origin };
}

/** A configuration from plain values; the first block is the global scope. Each setting has a line of its own. */
export function treeOf(...blocks: readonly PlainBlock[]): ConfigTree {
  let line = 0;
  return {
    basedir: '',
    sources: [source],
    blocks: blocks.map(({ condition, settings }, index) => ({
      index,
      parent: index === 0 ? -1 : 0,
      previous: -1,
      next: -1,
      condition: index === 0 ? null : conditionOf(condition),
      origin: originAt(line),
      settings: Object.entries(settings).map(([key, plain]) => {
        const origin = originAt(++line);
        return { key, origin, value: configValue(plain, origin) };
      }),
    })),
  };
}

function conditionOf(condition: Partial<Condition> = {}): Condition {
  return {
    field: 'host',
    header: '',
    operator: '==',
    value: 'a.example',
    text: '$HTTP["host"] == "a.example"',
    origin: originAt(1),
    ...condition,
  };
}
