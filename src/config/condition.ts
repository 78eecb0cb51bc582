import { type IpAddress, matchesPrefix, parseIpAddress, sameAddress } from '../http/ip-address.js';
import { normalizeEscapes } from '../http/normalize-escapes.js';
import { normalizesUrls } from './normalizes-urls.js';
import { type Captures, Pattern } from './pattern.js';
import type { Condition, ConditionField, ConfigTree } from './tree.js';

/** What conditions are asked about: a request, or `explain`'s imagined one. Text is latin1. */
export interface ConditionSource {
  conditionValue(field: ConditionField, header: string): string;
  readonly remoteAddress: IpAddress;
}

/** One bit a field: which of them can be asked yet. */
export const fieldBit: Readonly<Record<ConditionField, number>> = {
  socket: 1,
  url: 2,
  host: 4,
  remoteIp: 8,
  queryString: 16,
  scheme: 32,
  requestMethod: 64,
  requestHeader: 128,
};
export const connectionFields = fieldBit.socket | fieldBit.remoteIp;
export const allFields = 255;

/** A condition ready to be asked. `captures` is where the last match of a pattern is left. */
export interface CompiledCondition {
  readonly index: number;
  readonly parent: number;
  readonly previous: number;
  readonly field: ConditionField;
  readonly bit: number;
  readonly isElse: boolean;
  /** Blocks whose result hangs on this one: its children and the rest of its chain. */
  readonly dependents: readonly number[];
  /** Tests the value; null where captures are not needed. Replaced by `useCaptures`. */
  test: (source: ConditionSource, captures: (Captures | null)[]) => boolean;
}

/** All conditions of a configuration, compiled once. Index 0 stands for the global scope. */
export class ConditionSet {
  readonly tree: ConfigTree;
  readonly compiled: readonly CompiledCondition[];
  private readonly conditions: readonly (Condition | null)[];

  constructor(tree: ConfigTree) {
    this.tree = tree;
    const dependents = dependentsOf(tree);
    this.conditions = comparableConditions(tree);
    this.compiled = tree.blocks.map((block, index) => ({
      index,
      parent: block.parent,
      previous: block.previous,
      field: block.condition?.field ?? 'socket',
      bit: block.condition ? fieldBit[block.condition.field] : 0,
      isElse: block.condition?.operator === 'else',
      dependents: dependents[index],
      test: compileTest(this.conditions[index]),
    }));
  }

  /**
   * Says that `%0` to `%9` of this block are used. A condition whose pattern had been simplified then runs as a
   * pattern again, unescaped, as the reference does (config_finalize). Gives a problem's text, or null.
   */
  useCaptures(index: number): string | null {
    const condition = this.conditions[index];
    if (!condition) return null;
    const pattern = capturePattern(condition);
    if (pattern === null || typeof pattern === 'string') return pattern;
    const { field, header, operator } = condition;
    const wanted = operator !== '!~';
    this.compiled[index].test = (request, captures) => {
      const match = pattern.find(request.conditionValue(field, header));
      captures[index] = match;
      return (match !== null) === wanted;
    };
    return null;
  }
}

/** The conditions with their values in the spelling of requests: query strings are normalised as targets are. */
function comparableConditions(tree: ConfigTree): (Condition | null)[] {
  const normalized = normalizesUrls(tree);
  return tree.blocks.map(({ condition }) =>
    normalized && condition?.field === 'queryString'
      ? { ...condition, value: normalizeEscapes(condition.value) }
      : condition,
  );
}

function dependentsOf(tree: ConfigTree): number[][] {
  const dependents: number[][] = tree.blocks.map(() => []);
  for (const block of tree.blocks) {
    if (block.parent >= 0) dependents[block.parent].push(block.index);
    if (block.previous >= 0) dependents[block.previous].push(block.index);
  }
  return dependents;
}

/** What a condition runs once its captures are used: a pattern, a sentence why it cannot run, null where it has none. */
export function capturePattern(condition: Condition): Pattern | string | null {
  const source = patternWithCaptures(condition);
  return source === null ? null : Pattern.compile(source);
}

function patternWithCaptures(condition: Condition): string | null {
  switch (condition.operator) {
    case '=~':
    case '!~':
      return condition.value;
    case '==':
      return `^${condition.value}$`;
    case '=^':
      return `^${condition.value}`;
    case '=$':
      return condition.value.startsWith('.') ? `\\${condition.value}$` : `${condition.value}$`;
    default:
      return null;
  }
}

function compileTest(condition: Condition | null): CompiledCondition['test'] {
  if (condition === null) return () => true;
  const { field, header, operator, value } = condition;
  switch (operator) {
    case 'else':
      return () => true;
    case '==':
    case '!=': {
      const equal = compileEquality(condition);
      const wanted = operator === '==';
      return (source) => equal(source) === wanted;
    }
    case '=^':
      return (source) => source.conditionValue(field, header).startsWith(value);
    case '=$':
      return (source) => source.conditionValue(field, header).endsWith(value);
    default: {
      const pattern = Pattern.compile(value);
      // a pattern that cannot be run is an error at load; until then it matches nothing
      const matches = (text: string): boolean => typeof pattern !== 'string' && pattern.test(text);
      const wanted = operator === '=~';
      return (source) => matches(source.conditionValue(field, header)) === wanted;
    }
  }
}

function compileEquality({ field, header, value }: Condition): (source: ConditionSource) => boolean {
  if (field === 'host' && !value.startsWith('/'))
    return (source) => hostEquals(source.conditionValue(field, ''), value);
  if (field === 'remoteIp' && !value.startsWith('/')) return compileRemoteIp(value);
  return (source) => source.conditionValue(field, header) === value;
}

/** Host names match with or without a port; where both are of one length the port counts too. */
function hostEquals(host: string, value: string): boolean {
  if (host.length === 0 || host.length === value.length) return host === value;
  if (host.length > value.length) {
    return host[value.length] === ':' && host.length - value.length <= 6 && host.startsWith(value);
  }
  return value[host.length] === ':' && value.startsWith(host);
}

function compileRemoteIp(value: string): (source: ConditionSource) => boolean {
  const slash = value.indexOf('/');
  const address = parseIpAddress(slash < 0 ? value : value.slice(0, slash));
  if (address === null) return () => false;
  const { bytes } = address;
  const bits = slash < 0 ? 0 : Number.parseInt(value.slice(slash + 1), 10) || 0;
  if (bits === 0) return (source) => sameAddress(bytes, source.remoteAddress.bytes);
  return (source) => matchesPrefix(bytes, source.remoteAddress.bytes, bits);
}

const unset = 0;
const skip = 1;
const isFalse = 2;
const isTrue = 3;
type Result = typeof unset | typeof skip | typeof isFalse | typeof isTrue;

/**
 * The answers of one request, each found at first use and kept (configfile-glue.c, config_check_cond). `results` is
 * the answer with parents and else chain, `local` the condition's own.
 */
export class ConditionCache {
  /** Fields that can be asked, as `fieldBit`s. */
  valid = connectionFields;
  readonly captures: (Captures | null)[] = [];
  private readonly results: Uint8Array;
  private readonly local: Uint8Array;
  private readonly set: ConditionSet;
  private readonly source: ConditionSource;
  /** Is there an answer that `reset` has to forget? */
  private wasAsked = false;

  constructor(set: ConditionSet, source: ConditionSource) {
    this.set = set;
    this.source = source;
    this.results = new Uint8Array(set.compiled.length);
    this.local = new Uint8Array(set.compiled.length);
  }

  reset(): void {
    if (!this.wasAsked) return;
    this.wasAsked = false;
    this.results.fill(unset);
    this.local.fill(unset);
  }

  /** Forgets what depends on one field, as after a change of the URL path. */
  resetField(field: ConditionField): void {
    for (const condition of this.set.compiled) {
      if (condition.index === 0 || condition.isElse || condition.field !== field) continue;
      this.local[condition.index] = unset;
      this.clear(condition.index);
    }
  }

  private clear(index: number): void {
    if (this.results[index] === unset) return;
    this.results[index] = unset;
    for (const dependent of this.set.compiled[index].dependents) this.clear(dependent);
  }

  /** Does the block's condition hold, with all that encloses and precedes it? */
  holds(index: number): boolean {
    return index === 0 || this.resultOf(index) === isTrue;
  }

  private resultOf(index: number): Result {
    const known = this.results[index] as Result;
    if (known !== unset) return known;
    this.wasAsked = true;
    const result = this.evaluate(this.set.compiled[index]);
    this.results[index] = result;
    return result;
  }

  private evaluate(condition: CompiledCondition): Result {
    if (condition.parent > 0) {
      const parent = this.resultOf(condition.parent);
      if (parent !== isTrue) return parent === unset ? unset : skip;
    }
    if (condition.previous > 0) {
      const previous = this.resultOf(condition.previous);
      if (previous !== isFalse) return previous === unset ? unset : skip;
    }
    if (!condition.isElse && (this.valid & condition.bit) === 0) return unset;
    if (this.local[condition.index] !== unset) return this.local[condition.index] as Result;
    const result = condition.test(this.source, this.captures) ? isTrue : isFalse;
    this.local[condition.index] = result;
    return result;
  }
}
