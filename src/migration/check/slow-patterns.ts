import type { Origin } from '../../base/source-range.js';
import { isSlowPattern } from '../../config/slow-pattern.js';
import type { ConfigTree, Setting } from '../../config/tree.js';
import type { DiagnosticList } from '../../diagnostics/diagnostic.js';

/** Directives with patterns as the keys of a list, and with patterns as its values. */
const patternKeys = /^url\.(?:redirect|rewrite(?:-(?:once|repeat|final|if-not-file|repeat-if-not-file))?)$/i;
const patternValues = /^dir-listing\.exclude$/i;

/** Warns of patterns that a long text makes slow, wherever a configuration has patterns. */
export function warnOfSlowPatterns({ blocks }: ConfigTree, diagnostics: DiagnosticList): void {
  const known = new Map<string, boolean>();
  const check = (pattern: string, origin: Origin) => {
    const slow = known.get(pattern) ?? isSlowPattern(Buffer.from(pattern, 'latin1').toString('utf8'));
    known.set(pattern, slow);
    if (!slow) return;
    const detail =
      'A repetition inside of a repetition can divide a text in many ways, and all are tried before the match fails. Where the search has to be given up, a condition does not hold, and a rule closes the connection. Let each part begin with a character that the part before cannot hold.';
    diagnostics.warning('slow-pattern', origin, `"${pattern}" can backtrack without end`, detail);
  };
  for (const { condition, settings } of blocks) {
    if (condition?.operator === '=~' || condition?.operator === '!~')
      check(condition.value, condition.origin);
    for (const setting of settings)
      for (const { pattern, origin } of patternsOf(setting)) check(pattern, origin);
  }
}

function patternsOf({ key, value }: Setting): { readonly pattern: string; readonly origin: Origin }[] {
  if (value.type !== 'array') return [];
  if (patternKeys.test(key))
    return value.elements.map((element) => ({ pattern: element.key ?? '', origin: element.value.origin }));
  if (!patternValues.test(key)) return [];
  return value.elements.flatMap((element) =>
    element.value.type === 'string' ? [{ pattern: element.value.value, origin: element.value.origin }] : [],
  );
}
