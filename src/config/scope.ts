import { lowerAscii } from '../base/ascii.js';
import type { Origin } from '../base/source-range.js';
import type { Condition, ConfigBlock, Setting } from './tree.js';

/** A block while it is being filled. */
export class Scope {
  readonly index: number;
  readonly parent: Scope | null;
  readonly condition: Condition | null;
  readonly origin: Origin;
  readonly depth: number;
  /** Its condition and those around it, in lower case. Conditions with the same path are one block. */
  path: string;
  previous: Scope | null = null;
  next: Scope | null = null;
  private readonly settings: Setting[] = [];
  private readonly positions = new Map<string, number>();

  constructor(
    index: number,
    parent: Scope | null,
    path: string,
    condition: Condition | null,
    origin: Origin,
  ) {
    this.index = index;
    this.parent = parent;
    this.path = path;
    this.condition = condition;
    this.origin = origin;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  get(name: string): Setting | undefined {
    const position = this.positions.get(lowerAscii(name));
    return position === undefined ? undefined : this.settings[position];
  }

  /** The setting of this scope or of the nearest one around it that has it. */
  find(name: string): Setting | undefined {
    let found: Setting | undefined;
    for (let scope: Scope | null = this; scope !== null && found === undefined; scope = scope.parent)
      found = scope.get(name);
    return found;
  }

  /** Sets a name that is not set here. */
  add(setting: Setting): void {
    this.positions.set(lowerAscii(setting.key), this.settings.length);
    this.settings.push(setting);
  }

  /** Sets a name that may be set here: it keeps its place. */
  replace(setting: Setting): void {
    const position = this.positions.get(lowerAscii(setting.key));
    if (position === undefined) this.add(setting);
    else this.settings[position] = setting;
  }

  /** Removes a name; the last one takes its place, as in the reference's arrays. */
  take(name: string): Setting | undefined {
    const key = lowerAscii(name);
    const position = this.positions.get(key);
    if (position === undefined) return undefined;
    const taken = this.settings[position];
    const last = this.settings.pop()!;
    this.positions.delete(key);
    if (last !== taken) {
      this.settings[position] = last;
      this.positions.set(lowerAscii(last.key), position);
    }
    return taken;
  }

  toBlock(): ConfigBlock {
    return {
      index: this.index,
      parent: this.parent?.index ?? -1,
      previous: this.previous?.index ?? -1,
      next: this.next?.index ?? -1,
      condition: this.condition,
      settings: this.settings,
      origin: this.origin,
    };
  }
}
