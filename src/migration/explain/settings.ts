import { lowerAscii } from '../../base/ascii.js';
import type { Origin } from '../../base/source-range.js';
import type { ConditionCache } from '../../config/condition.js';
import type { Directive, DirectiveTable } from '../../config/directive.js';
import type { ConfigBlock, ConfigTree, ConfigValue } from '../../config/tree.js';

/** A value, and where it stands. */
export interface PlacedValue {
  /** The name as spelt there: it may be another name of the directive. */
  readonly name: string;
  readonly value: ConfigValue;
  /** The place of the assignment that set the value or extended it last. */
  readonly origin: Origin;
  /** The condition that it stands in; null outside of conditions. */
  readonly condition: string | null;
}

export interface ExplainedSetting extends PlacedValue {
  readonly module: string;
  readonly directive: string;
  /** Values that are in force as well and lose, the first to lose last. */
  readonly overridden: readonly PlacedValue[];
}

/** The directives of a module, or of the server itself. */
export interface SettingsTable {
  readonly name: string;
  readonly directives: DirectiveTable;
}

interface Candidate extends PlacedValue {
  readonly block: number;
}

/** What wins of all that is set where the conditions hold: the last block, directive by directive. */
export function explainSettings(
  { blocks }: ConfigTree,
  conditions: ConditionCache,
  tables: readonly SettingsTable[],
): ExplainedSetting[] {
  const inForce = blocks.filter(({ index }) => conditions.holds(index));
  return tables.flatMap(({ name: module, directives }) => {
    const byDirective = new Map<string, Candidate[]>();
    for (const [key, directive] of Object.entries(directives)) {
      const name = directive.aliasOf ?? key;
      const found = inForce.filter((block) => hasEffect(directive, block)).flatMap(candidates(key));
      if (found.length > 0) byDirective.set(name, [...(byDirective.get(name) ?? []), ...found]);
    }
    return [...byDirective].map(([directive, found]): ExplainedSetting => {
      // of two names in one block, the one that the table has last counts; sorting keeps that order
      const [winner, ...overridden] = found.toSorted((a, b) => a.block - b.block).toReversed();
      return { module, directive, ...winner, overridden };
    });
  });
}

function candidates(key: string): (block: ConfigBlock) => Candidate[] {
  const lower = key.toLowerCase();
  return ({ index, condition, settings }) =>
    settings
      .filter((setting) => lowerAscii(setting.key) === lower)
      .map(({ key: name, value, origin }) => ({
        name,
        value,
        origin,
        block: index,
        condition: condition?.text ?? null,
      }));
}

/** A directive of the whole server, or of a socket, counts in no other condition. */
function hasEffect({ scope }: Directive<unknown>, { index, condition }: ConfigBlock): boolean {
  if (index === 0 || scope === 'connection' || scope === 'unset') return true;
  return scope === 'socket' && condition?.field === 'socket' && condition.operator === '==';
}

/** A value on one line. */
export function valueText(value: ConfigValue): string {
  if (value.type === 'string') return `"${value.value.replaceAll('"', '\\"')}"`;
  if (value.type === 'integer') return String(value.value);
  const elements = value.elements.map(
    ({ key, value: element }) => `${key === null ? '' : `"${key}" => `}${valueText(element)}`,
  );
  return elements.length === 0 ? '()' : `( ${elements.join(', ')} )`;
}
