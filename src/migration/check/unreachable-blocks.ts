import type { Condition, ConfigBlock, ConfigTree } from '../../config/tree.js';
import type { DiagnosticList } from '../../diagnostics/diagnostic.js';
import { isKnownMethod } from '../../http/methods.js';
import { areDisjoint, covers, opposite, type ValueSet, valueSetOf } from './condition-logic.js';

/** What was decided before a block is reached. */
interface Fact {
  readonly condition: Condition;
  readonly holds: boolean;
  /** The values that are left by it; null for a plain else. */
  readonly set: ValueSet | null;
}

/** Blocks, and what their conditions are about. */
interface Blocks {
  readonly list: readonly ConfigBlock[];
  readonly sets: readonly (ValueSet | null)[];
  readonly opposites: readonly (ValueSet | null)[];
}

type Finding = readonly [summary: string, detail: string, related?: readonly Fact[]];

/** Warns of blocks whose condition can never hold where it stands; what such a block encloses is passed over. */
export function warnOfUnreachableBlocks(tree: ConfigTree, diagnostics: DiagnosticList): void {
  const sets = tree.blocks.map(({ condition }) => condition && valueSetOf(condition));
  const blocks: Blocks = { list: tree.blocks, sets, opposites: sets.map((set) => set && opposite(set)) };
  const passedOver = new Set<number>();
  for (const block of tree.blocks) {
    const { condition } = block;
    if (condition === null) continue;
    if (passedOver.has(block.parent)) {
      passedOver.add(block.index);
      continue;
    }
    const finding = neverHolds(condition) ?? neverReached(block, condition, blocks);
    if (finding === null) continue;
    passedOver.add(block.index);
    report(condition, finding, diagnostics);
  }
}

function report({ origin }: Condition, finding: Finding, diagnostics: DiagnosticList): void {
  const [summary, detail, facts = []] = finding;
  const related = facts.map((fact) => ({
    message: fact.holds ? `It is inside of ${fact.condition.text}` : `${fact.condition.text} is asked before`,
    origin: fact.condition.origin,
  }));
  diagnostics.add({ code: 'unreachable-block', severity: 'warning', summary, detail, origin, related });
}

/** Conditions that no request can meet, wherever they stand. */
function neverHolds({ field, operator, value, text }: Condition): Finding | null {
  const comparesText = operator === '==' || operator === '=^' || operator === '=$';
  if (field === 'host' && (comparesText ? /[A-Z]/.test(value) : operator === '=~' && needsUpperCase(value)))
    return [`${text} never holds: hosts are compared in lower case`, 'Write the name in lower case.'];
  if (field === 'scheme' && operator === '==' && value !== 'http' && value !== 'https')
    return [`${text} never holds: the scheme is "http" or "https"`, 'Write one of these two.'];
  if (field === 'requestMethod' && operator === '==' && isWrittenInLowerCase(value))
    return [`${text} never holds: methods are in capital letters`, `Write "${value.toUpperCase()}".`];
  const isPathStart = field === 'url' && (operator === '==' || operator === '=^');
  if (isPathStart && /^[^/*]/.test(value) && !/^[\w.[\]:-]+:\d+$/.test(value))
    return [`${text} never holds: the path of a URL begins with /`, `Write "/${value}".`];
  return null;
}

function isWrittenInLowerCase(method: string): boolean {
  return !isKnownMethod(method) && isKnownMethod(method.toUpperCase());
}

/** Does the pattern ask for a capital letter outright: in no group, class or alternative, and not as one to be left out? */
function needsUpperCase(pattern: string): boolean {
  if (/\(\?|\\[pPNkQ]/.test(pattern)) return false;
  let text = pattern.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\([^()]*\)/g, '');
  }
  return !text.includes('|') && /[A-Z](?![?*{])/.test(text);
}

/** Conditions that the ones around them and before them rule out. */
function neverReached(block: ConfigBlock, condition: Condition, blocks: Blocks): Finding | null {
  const facts = factsBefore(block, blocks);
  const own = blocks.sets[block.index];
  if (own !== null) {
    const fact = facts.find(({ set }) => set !== null && areDisjoint(set, own));
    if (fact !== undefined) return ruledOut(condition, [fact]);
  }
  // where the one before it always holds, nothing is left for this one
  const taken = blocks.sets[block.previous] ?? null;
  if (taken === null) return null;
  const [previous, ...others] = facts;
  const reason = others.find(({ set }) => set !== null && covers(taken, set));
  return reason === undefined ? null : ruledOut(condition, [previous, reason]);
}

function ruledOut(condition: Condition, facts: readonly Fact[]): Finding {
  const name = condition.operator === 'else' ? 'This else' : condition.text;
  const detail = 'Remove this block, change its condition, or move it.';
  return [`${name} can never hold here`, detail, facts];
}

/** What must hold, and what must not, for the block's own condition to be asked; the nearest comes first. */
function factsBefore(block: ConfigBlock, { list, sets, opposites }: Blocks): Fact[] {
  const facts: Fact[] = [];
  for (let at = block; at.condition !== null; at = list[at.parent]) {
    if (at !== block) facts.push({ condition: at.condition, holds: true, set: sets[at.index] });
    for (let index = at.previous; index >= 0; index = list[index].previous)
      facts.push({ condition: list[index].condition!, holds: false, set: opposites[index] });
  }
  return facts;
}
