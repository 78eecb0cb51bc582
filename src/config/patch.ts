import type { ConditionCache } from './condition.js';

/** What one block sets of a module's directives. */
export interface SettingsLayer<Config> {
  readonly block: number;
  readonly values: Partial<Config>;
}

const combinationsMax = 4096;

/** Gives the settings that hold for a request; `explain` and modules ask it alike. */
export interface SettingsSource<Config> {
  /** The global settings: defaults, and what stands outside of conditions. */
  readonly base: Config;
  readonly layers: readonly SettingsLayer<Config>[];
  select(conditions: ConditionCache): Config;
}

/**
 * Merging by condition, once for all modules: a request gets one frozen object a module, shared by all requests for
 * which the same conditions hold. Later blocks win, directive by directive; arrays are not merged.
 * `derive` makes what handlers want out of the raw values; it runs once for each combination met.
 */
export class ModuleSettings<Raw extends object, Config = Raw> implements SettingsSource<Config> {
  readonly base: Config;
  readonly layers: readonly SettingsLayer<Config>[];
  private readonly rawBase: Raw;
  private readonly rawLayers: readonly SettingsLayer<Raw>[];
  private readonly derive: (raw: Raw) => Config;
  /** By bit mask of the layers that hold (up to 31 layers), or by its text (more). */
  private readonly byMask = new Map<number | string, Config>();

  constructor(base: Raw, layers: readonly SettingsLayer<Raw>[], derive: (raw: Raw) => Config = identity) {
    this.rawBase = base;
    this.rawLayers = layers;
    this.derive = derive;
    this.base = this.finish(base);
    this.layers = layers as readonly SettingsLayer<never>[];
    this.byMask.set(0, this.base);
    this.byMask.set('', this.base);
  }

  select(conditions: ConditionCache): Config {
    const layers = this.rawLayers;
    if (layers.length === 0) return this.base;
    return layers.length <= 31 ? this.selectByMask(conditions) : this.selectByText(conditions);
  }

  private selectByMask(conditions: ConditionCache): Config {
    const layers = this.rawLayers;
    let mask = 0;
    for (let i = 0; i < layers.length; i++) if (conditions.holds(layers[i].block)) mask |= 1 << i;
    if (mask === 0) return this.base;
    return this.byMask.get(mask) ?? this.merge(mask, (i) => (mask & (1 << i)) !== 0);
  }

  private selectByText(conditions: ConditionCache): Config {
    const layers = this.rawLayers;
    let text = '';
    for (let i = 0; i < layers.length; i++) if (conditions.holds(layers[i].block)) text += `${i},`;
    const known = this.byMask.get(text);
    if (known !== undefined) return known;
    const held = new Set(text.split(','));
    return this.merge(text, (i) => held.has(String(i)));
  }

  private merge(key: number | string, holds: (layer: number) => boolean): Config {
    const held = this.rawLayers.filter((_, i) => holds(i));
    const merged = this.finish(Object.assign({}, this.rawBase, ...held.map((layer) => layer.values)) as Raw);
    // what clients send can choose the combination: the cache must not grow with it
    if (this.byMask.size >= combinationsMax) this.byMask.clear();
    this.byMask.set(key, merged);
    return merged;
  }

  private finish(raw: Raw): Config {
    return Object.freeze(this.derive(raw));
  }
}

function identity<Raw, Config>(raw: Raw): Config {
  return raw as unknown as Config;
}
