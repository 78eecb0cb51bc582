import { Pattern } from '../config/pattern.js';
import type { Condition, ConfigTree } from '../config/tree.js';
import type { DiagnosticList } from '../diagnostics/diagnostic.js';
import { listenAddressProblem } from './core/listen-address.js';

const groupsMax = 9;

/** Compiles the pattern of every condition, so that none fails while requests are served. */
export function checkConditionPatterns(tree: ConfigTree, diagnostics: DiagnosticList): void {
  for (const { condition } of tree.blocks) {
    if (condition?.operator !== '=~' && condition?.operator !== '!~') continue;
    const pattern = Pattern.compile(condition.value);
    if (typeof pattern === 'string')
      diagnostics.error('unsupported-pattern', condition.origin, `${condition.text}: ${pattern}`);
    else if (pattern.captureCount > groupsMax) tooManyGroups(condition, diagnostics);
  }
}

function tooManyGroups(condition: Condition, diagnostics: DiagnosticList): void {
  diagnostics.error(
    'unsupported-pattern',
    condition.origin,
    `${condition.text} has more than ${groupsMax} groups`,
    'Write (?:...) for groups that no %1 to %9 takes.',
  );
}

/** Each `$SERVER["socket"] == "..."` opens a socket: its address must be one. */
export function checkSocketConditions(tree: ConfigTree, diagnostics: DiagnosticList): void {
  for (const { condition } of tree.blocks) {
    if (condition?.field !== 'socket') continue;
    if (condition.operator !== '==' && condition.operator !== '!=') continue;
    const problem = listenAddressProblem(condition.value);
    if (problem !== null)
      diagnostics.error('invalid-condition', condition.origin, `${condition.text}: ${problem}`);
  }
}
