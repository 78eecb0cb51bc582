import { readNumber, readSwitch } from '../config/directive.js';
import type { ArrayValue, ConfigValue } from '../config/tree.js';

/** `server.feature-flags`: switches and numbers by name; unknown ones are nobody's business. */
export class FeatureFlags {
  private readonly flags = new Map<string, ConfigValue>();

  constructor(array: ArrayValue | undefined) {
    for (const { key, value } of array?.elements ?? [])
      if (key !== null) this.flags.set(key.toLowerCase(), value);
  }

  /** Those that are set, in lower case. */
  names(): Iterable<string> {
    return this.flags.keys();
  }

  bool(name: string, fallback: boolean): boolean {
    const value = this.flags.get(name);
    return value === undefined ? fallback : (readSwitch(value) ?? fallback);
  }

  int(name: string, fallback: number): number {
    const value = this.flags.get(name);
    return value === undefined ? fallback : (readNumber(value) ?? fallback);
  }

  text(name: string, fallback: string): string {
    const value = this.flags.get(name);
    return value?.type === 'string' ? value.value : fallback;
  }
}
