import { type ReadContext, readSwitch } from '../../config/directive.js';
import type { ArrayValue } from '../../config/tree.js';
import { parseOptionKeys } from '../../http/parse-options.js';

/** One option by name, and whether it is on. */
export type ParseSwitch = readonly [key: string, on: boolean];

/** `server.http-parseopts`, in the order of the file. */
export function readParseSwitches(array: ArrayValue, context: ReadContext): ParseSwitch[] | undefined {
  const switches: ParseSwitch[] = [];
  for (const { key, value } of array.elements) {
    const name = key ?? '';
    const on = readSwitch(value);
    if (!parseOptionKeys.has(name)) {
      const names = `Use one of ${[...parseOptionKeys.keys()].join(', ')}.`;
      context.fail(`server.http-parseopts has no option ${name}`, names, value.origin);
    } else if (on === null) {
      const summary = `server.http-parseopts: ${name} should be "enable" or "disable"`;
      context.fail(summary, undefined, value.origin);
    } else {
      switches.push([name, on]);
    }
  }
  return switches.length === array.elements.length ? switches : undefined;
}
