import { helpersFolder } from './suite.js';

/**
 * What stands for a value that differs from run to run: `@ROOT@`, `@PORT@`, `@PORT:name@`, `@NODE@`,
 * `@HELPERS@`, and `@CAUGHT:name@` for what an earlier answer held.
 */
export class Placeholders {
  private readonly values: Map<string, string>;

  constructor(root: string, ports: ReadonlyMap<string, number>) {
    this.values = new Map([
      ['@ROOT@', root],
      ['@NODE@', process.execPath],
      ['@HELPERS@', helpersFolder],
    ]);
    for (const [name, port] of ports) this.values.set(portPlaceholder(name), String(port));
  }

  /** Values for placeholders. */
  fill(text: string): string {
    let filled = text;
    for (const [name, value] of this.values) filled = filled.replaceAll(name, value);
    return filled;
  }

  /** Placeholders for values: a port only where it is a number of its own, and Node's path not at all. */
  takeBack(text: string): string {
    let plain = text;
    for (const [name, value] of this.values) {
      if (name === '@NODE@') continue;
      const pattern = name.startsWith('@PORT') ? new RegExp(`(?<!\\d)${value}(?!\\d)`, 'g') : value;
      plain = plain.replaceAll(pattern, name);
    }
    return plain;
  }

  capture(name: string, value: string | undefined): void {
    this.values.set(`@CAUGHT:${name}@`, value || '<not caught>');
  }
}

function portPlaceholder(name: string): string {
  return name === '' ? '@PORT@' : `@PORT:${name}@`;
}
