import type { Origin } from '../../base/source-range.js';
import { allFields, ConditionCache, ConditionSet } from '../../config/condition.js';
import { readConfiguration } from '../../config/read.js';
import type { ConfigTree } from '../../config/tree.js';
import { DiagnosticList } from '../../diagnostics/diagnostic.js';
import { checkConfiguration } from '../../modules/check-configuration.js';
import { loadAllTables } from '../../modules/registry.js';
import { type AskedRequest, ImaginedRequest } from './request.js';
import { type ExplainedSetting, explainSettings } from './settings.js';
import { type ExplainedStep, explainSteps, type Outcome } from './steps.js';

export type { AskedRequest } from './request.js';
export type { ExplainedSetting } from './settings.js';

/** Why a block is or is not in force for the request. */
export interface ExplainedCondition {
  /** As `-p` numbers blocks. */
  readonly block: number;
  /** How many conditions it stands in. */
  readonly depth: number;
  readonly text: string;
  readonly origin: Origin;
  readonly holds: boolean;
  /** `outside`: the block around it is not in force. `branch`: an earlier one of its chain is. */
  readonly reason: 'compared' | 'outside' | 'branch';
  /** What the condition was compared with; null where it was not asked, and for a plain else. */
  readonly compared: string | null;
}

export interface Explanation {
  readonly request: ImaginedRequest;
  readonly conditions: readonly ExplainedCondition[];
  /** What the configuration sets and is in force, by module and name. */
  readonly settings: readonly ExplainedSetting[];
  /** What the modules do, in the order in which they do it. */
  readonly steps: readonly ExplainedStep[];
  readonly outcome: Outcome;
}

/**
 * Says which conditions of a configuration hold for a request, which settings win, and what becomes of it. Gives problems where the
 * configuration cannot be used, and a sentence where the request would be refused before any condition is asked.
 */
export async function explainFile(
  fileName: string,
  moduleDir: string,
  asked: AskedRequest,
): Promise<Explanation | DiagnosticList | string> {
  const { tree, diagnostics } = readConfiguration(fileName);
  if (tree === null || diagnostics.hasErrors) return diagnostics;
  const checked = await checkConfiguration(tree, moduleDir);
  if (checked.diagnostics.hasErrors) return errorsOf(checked.diagnostics);
  const { parseOptions, server, modules } = checked;
  const request = ImaginedRequest.read(asked, { tree, parseOptions, bind: server.bind, port: server.port });
  if (typeof request === 'string') return request;
  const conditions = new ConditionCache(new ConditionSet(tree), request);
  conditions.valid = allFields;
  const [core] = await loadAllTables();
  const tables = [core, ...modules.map(({ definition }) => definition)];
  return {
    request,
    conditions: explainConditions(tree, conditions, request),
    settings: explainSettings(tree, conditions, tables),
    ...(await explainSteps(checked, core, request)),
  };
}

function errorsOf({ items }: DiagnosticList): DiagnosticList {
  const errors = new DiagnosticList();
  for (const item of items) if (item.severity === 'error') errors.add(item);
  return errors;
}

function explainConditions(
  { blocks }: ConfigTree,
  conditions: ConditionCache,
  request: ImaginedRequest,
): ExplainedCondition[] {
  const depths: number[] = [];
  return blocks.flatMap(({ index, parent, previous, condition }) => {
    depths[index] = parent < 0 ? -1 : depths[parent] + 1;
    if (condition === null) return [];
    const reason = !conditions.holds(parent)
      ? 'outside'
      : chainHolds(blocks, previous, conditions)
        ? 'branch'
        : 'compared';
    const isCompared = reason === 'compared' && condition.operator !== 'else';
    return {
      block: index,
      depth: depths[index],
      text: condition.text,
      origin: condition.origin,
      holds: conditions.holds(index),
      reason,
      compared: isCompared ? request.conditionValue(condition.field, condition.header) : null,
    };
  });
}

function chainHolds(blocks: ConfigTree['blocks'], last: number, conditions: ConditionCache): boolean {
  for (let index = last; index >= 0; index = blocks[index].previous) if (conditions.holds(index)) return true;
  return false;
}
