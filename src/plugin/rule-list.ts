import { isUtf8 } from 'node:buffer';
import type { Origin } from '../base/source-range.js';
import { type ConditionSet, capturePattern } from '../config/condition.js';
import type { ReadContext } from '../config/directive.js';
import { normalizesUrls } from '../config/normalizes-urls.js';
import type { SettingsSource } from '../config/patch.js';
import { Pattern } from '../config/pattern.js';
import { MatchLimitError } from '../config/pcre/index.js';
import type { ArrayValue } from '../config/tree.js';
import { normalizeDoubledEscapes, normalizeEscapes } from '../http/normalize-escapes.js';
import type { ExplainLine } from './define-module.js';
import { HandlerResult } from './handler-result.js';
import { LiteralIndex, literalPartOf } from './literal-index.js';
import type { RequestState } from './request-state.js';
import { RuleTemplate } from './rule-template.js';

interface Rule {
  readonly pattern: Pattern;
  /** Null where a match ends the search and changes nothing. */
  readonly target: RuleTemplate | null;
  readonly origin: Origin;
}

const groupsMax = 19;

/**
 * The rules of one `url.redirect` or `url.rewrite`, in order: a pattern for the target with its query (as normalised,
 * not decoded), and what to make of it.
 */
export class RuleList {
  /** The block that sets the list: `%1` in a target is a group of its condition. */
  readonly block: number;
  readonly usesCondition: boolean;
  private readonly rules: readonly Rule[];
  /** Rules out most of a long list without running it. */
  private readonly index: LiteralIndex;

  constructor(block: number, rules: readonly Rule[]) {
    this.block = block;
    this.rules = rules;
    this.usesCondition = rules.some(({ target }) => target?.usesCondition);
    this.index = new LiteralIndex(rules.map(({ pattern }) => literalPartOf(pattern.source)));
  }

  get length(): number {
    return this.rules.length;
  }

  /**
   * What the first rule that matches makes of the request's target; null: nothing; undefined: none matches; false: the
   * patterns cannot be run on it. They are of characters: bytes that are no UTF-8 have always been an error.
   */
  apply(request: RequestState): string | null | undefined | false {
    try {
      return isCharacters(request.target) ? this.fill(request) : false;
    } catch (error) {
      if (error instanceof MatchLimitError) return false;
      throw error;
    }
  }

  private fill(request: RequestState): string | null | undefined {
    const { target } = request;
    const candidates = this.index.find(target);
    for (let i = 0; i < candidates.length; i++) {
      const rule = this.rules[candidates[i]];
      const groups = rule.pattern.exec(target);
      if (groups === null) continue;
      if (rule.target === null) return null;
      return rule.target.fill(request, groups, request.conditions.captures[this.block]);
    }
    return undefined;
  }

  /** The first rule that matches, for `explain`; none where no rule does. */
  explain({ target }: RequestState): readonly ExplainLine[] {
    const rule = this.rules.find(({ pattern }) => pattern.test(target));
    return rule === undefined
      ? []
      : [{ text: `the rule "${rule.pattern.source}" matches`, origin: rule.origin }];
  }
}

function isCharacters(target: string): boolean {
  return !/[\x80-\xff]/.test(target) || isUtf8(Buffer.from(target, 'latin1'));
}

/** What becomes of a request whose target patterns could not be run on. `place`: the module's own, for the log. */
export function matchFailed({ conf, target }: RequestState, place: string): HandlerResult {
  conf.errorLog.error(place, `pcre_exec() error while processing uri: ${target}`);
  return HandlerResult.error;
}

/** Tells the conditions whose groups these settings use to keep them. Called when a worker starts. */
export function keepCaptures(settings: SettingsSource<object>, conditions: ConditionSet): void {
  for (const values of [settings.base, ...settings.layers.map((layer) => layer.values)]) {
    for (const value of Object.values(values))
      if (value instanceof RuleList && value.usesCondition) conditions.useCaptures(value.block);
  }
}

/** Reads `( "pattern" => "target" )`; all rules that cannot be used are reported. */
export function readRules({ elements }: ArrayValue, context: ReadContext): RuleList | undefined {
  const normalized = normalizesUrls(context.tree);
  const rules: Rule[] = [];
  for (const { key, value } of elements) {
    const source = normalized ? normalizeEscapes(key ?? '') : (key ?? '');
    const text = value.type === 'string' ? value.value : '';
    const target = normalized ? normalizeDoubledEscapes(text) : text;
    const pattern = compile(source, { ...context, origin: value.origin });
    if (pattern !== undefined)
      rules.push({ pattern, target: target === '' ? null : new RuleTemplate(target), origin: value.origin });
  }
  if (rules.length < elements.length) return undefined;
  const list = new RuleList(context.block, rules);
  return list.usesCondition && !conditionCanCapture(context) ? undefined : list;
}

function compile(source: string, context: ReadContext): Pattern | undefined {
  const pattern = Pattern.compile(source);
  if (typeof pattern === 'string') {
    const summary = `${context.key}: the pattern "${source}" cannot be used: ${pattern}`;
    context.diagnostics.error('unsupported-pattern', context.origin, summary);
    return undefined;
  }
  if (pattern.captureCount <= groupsMax) return pattern;
  return context.fail(
    `${context.key}: the pattern "${source}" has more than ${groupsMax} groups`,
    'Write (?:...) in place of (...) where the text is not used.',
    context.origin,
  );
}

/** A plain value such as `a(b` in an `==` becomes a pattern once its groups are used, and may be none. */
function conditionCanCapture({ tree, block, key, diagnostics }: ReadContext): boolean {
  const { condition } = tree.blocks[block];
  const pattern = condition === null ? null : capturePattern(condition);
  if (typeof pattern !== 'string') return true;
  const summary = `${key} uses %0 to %9, and "${condition?.value}" cannot be used as a pattern: ${pattern}`;
  diagnostics.error('unsupported-pattern', condition?.origin ?? null, summary);
  return false;
}
