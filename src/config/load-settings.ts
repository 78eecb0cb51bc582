import { DiagnosticList } from '../diagnostics/diagnostic.js';
import type { ConfigOf, Directive, DirectiveTable, ReadContext } from './directive.js';
import type { SettingsLayer } from './patch.js';
import type { ConfigBlock, ConfigTree, Setting } from './tree.js';

/** A setting, and the block that holds it. */
export interface PlacedSetting {
  readonly block: number;
  readonly setting: Setting;
}

/** A module's settings as written: defaults and global values, and what each block sets of them. */
export interface LoadedSettings<Raw> {
  readonly base: Raw;
  readonly layers: readonly SettingsLayer<Raw>[];
}

/**
 * Reads directive tables out of an evaluated configuration. One loader serves all tables of a configuration, and
 * knows in the end which names no table asked for. Verdicts are lighttpd's (config_plugin_values_init): a wrong type
 * is an error in any block, a directive of the whole server inside a condition is warned about and not used.
 */
export class SettingsLoader {
  readonly tree: ConfigTree;
  readonly diagnostics: DiagnosticList;
  /** By name in lower case, in block order. */
  private readonly placed = new Map<string, PlacedSetting[]>();
  private readonly read = new Set<string>();

  constructor(tree: ConfigTree, diagnostics: DiagnosticList) {
    this.tree = tree;
    this.diagnostics = diagnostics;
    for (const block of tree.blocks) for (const setting of block.settings) this.place(block.index, setting);
  }

  load<Table extends DirectiveTable>(table: Table): LoadedSettings<ConfigOf<Table>> {
    const base: Record<string, unknown> = {};
    const blocks = new Map<number, Record<string, unknown>>();
    for (const [key, directive] of Object.entries(table)) {
      // another name of it may have set it already
      if (directive.aliasOf === undefined && !(key in base)) base[key] = directive.default;
      this.read.add(key.toLowerCase());
      for (const { block, setting } of this.occurrences(key)) {
        const value = this.readValue(key, directive, this.tree.blocks[block], setting);
        if (value === undefined) continue;
        const target = block === 0 ? base : layerOf(blocks, block);
        target[directive.aliasOf ?? key] = value;
      }
    }
    const layers = [...blocks].sort(([a], [b]) => a - b).map(([block, values]) => ({ block, values }));
    return { base: base as ConfigOf<Table>, layers: layers as SettingsLayer<ConfigOf<Table>>[] };
  }

  /** Where a directive is set, the global scope first. */
  occurrences(key: string): readonly PlacedSetting[] {
    return this.placed.get(key.toLowerCase()) ?? [];
  }

  /** Settings that no table loaded so far has asked for; variables are not among them. */
  unread(): PlacedSetting[] {
    const names = [...this.placed.keys()].filter((name) => !this.read.has(name) && !name.startsWith('var.'));
    return names.flatMap((name) => this.placed.get(name)!);
  }

  private place(block: number, setting: Setting): void {
    const name = setting.key.toLowerCase();
    const known = this.placed.get(name);
    if (known === undefined) this.placed.set(name, [{ block, setting }]);
    else known.push({ block, setting });
  }

  /** Undefined where the value cannot be used, or stands where it has no effect. */
  private readValue<T>(
    key: string,
    directive: Directive<T>,
    block: ConfigBlock,
    setting: Setting,
  ): T | undefined {
    this.warnOfAge(key, directive, setting);
    const misplaced = misplacement(key, directive, block);
    const { tree, diagnostics } = this;
    if (misplaced === null)
      return directive.read(setting.value, readContext(key, tree, block.index, setting, diagnostics));
    diagnostics.warning('wrong-scope', setting.origin, ...misplaced);
    // the value is not used, so only its type counts
    const found = new DiagnosticList();
    directive.read(setting.value, readContext(key, tree, block.index, setting, found));
    for (const item of found.items) if (item.code === 'wrong-type') diagnostics.add(item);
    return undefined;
  }

  private warnOfAge(key: string, directive: Directive<unknown>, setting: Setting): void {
    const { until, replacedBy, type } = directive;
    if (until === undefined && replacedBy === undefined) return;
    const instead = replacedBy === undefined ? undefined : `Use ${replacedBy} instead.`;
    if (until === undefined) {
      this.diagnostics.warning('deprecated-directive', setting.origin, `${key} has been replaced`, instead);
      return;
    }
    const effect = type === 'none' ? 'it has no effect' : 'it still works here, but not in current lighttpd';
    this.diagnostics.warning(
      'removed-directive',
      setting.origin,
      `${key} was removed after lighttpd ${until}; ${effect}`,
      instead,
    );
  }
}

function layerOf(blocks: Map<number, Record<string, unknown>>, block: number): Record<string, unknown> {
  const known = blocks.get(block);
  if (known !== undefined) return known;
  const values = {};
  blocks.set(block, values);
  return values;
}

/** What is wrong with the place of a directive, and what to do; null where it may stand there. */
function misplacement(
  key: string,
  directive: Directive<unknown>,
  block: ConfigBlock,
): [string, string] | null {
  if (block.index === 0 || directive.scope === 'connection' || directive.scope === 'unset') return null;
  if (directive.scope === 'server') {
    return [
      `${key} is a setting of the whole server; it has no effect inside a condition`,
      'Move it out of the condition.',
    ];
  }
  if (block.condition?.field === 'socket' && block.condition.operator === '==') return null;
  return [
    `${key} is a setting of a socket; it has no effect inside this condition`,
    'Move it to the global scope or into $SERVER["socket"] == "..." { }.',
  ];
}

function readContext(
  key: string,
  tree: ConfigTree,
  block: number,
  { value }: Setting,
  diagnostics: DiagnosticList,
): ReadContext {
  return {
    key,
    tree,
    block,
    origin: value.origin,
    diagnostics,
    fail: (summary, detail, origin) => {
      diagnostics.error('invalid-value', origin ?? value.origin, summary, detail);
      return undefined;
    },
    warn: (summary, detail, origin) =>
      diagnostics.warning('invalid-value', origin ?? value.origin, summary, detail),
  };
}
