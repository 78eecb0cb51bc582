import type { Origin } from '../base/source-range.js';
import type { DiagnosticList } from '../diagnostics/diagnostic.js';
import type { ArrayValue, ConfigTree, ConfigValue } from './tree.js';

/** Type names as in the list of directives of all releases. */
export type DirectiveType =
  | 'bool'
  | 'short'
  | 'int'
  | 'string'
  | 'list'
  | 'map'
  | 'map<string>'
  | 'map<array>'
  | 'array'
  /** Of a name that was already gone in the first release that is listed. */
  | 'none';

/**
 * `server`: global only. `socket`: global and `$SERVER["socket"]`. `connection`: in every condition.
 * `unset`: of a name that lighttpd refused and only named a replacement for.
 */
export type DirectiveScope = 'server' | 'socket' | 'connection' | 'unset';

/** What every record of a directive table says. */
export interface DirectiveOptions {
  readonly scope: DirectiveScope;
  /** First and last lighttpd release that knew it; `until` is missing for current ones. */
  readonly since: string;
  readonly until?: string;
  /** Lighttpd does not know it: `since` means nothing. */
  readonly ours?: true;
  /** The release that refused it, while its name was still known (up to `until`). */
  readonly withdrawn?: string;
  /** The directive of the same table whose other name this is: its value counts as that one's. */
  readonly aliasOf?: string;
  /** What to write instead, as a directive or in words. */
  readonly replacedBy?: string;
  readonly doc: string;
  /** A line of configuration; each example is parsed and checked by a test. */
  readonly example: string;
  /** What a changed value needs: `reload` (a new generation of workers) or `restart` (stop and start). */
  readonly change?: 'reload' | 'restart';
  /** Accepted and without effect here, and why. */
  readonly inert?: string;
}

/** Where a value is read, and how a reader refuses it. */
export interface ReadContext {
  readonly key: string;
  /** The configuration that the value belongs to, and the index of the block that sets it. */
  readonly tree: ConfigTree;
  readonly block: number;
  readonly origin: Origin;
  readonly diagnostics: DiagnosticList;
  /** Reports `invalid-value` at the value (or at `origin`) and gives undefined. */
  fail(summary: string, detail?: string, origin?: Origin): undefined;
  warn(summary: string, detail?: string, origin?: Origin): void;
}

/** One directive: its facts, and how its text becomes the final value. */
export interface Directive<T> extends DirectiveOptions {
  readonly type: DirectiveType;
  readonly default: T;
  /** Gives undefined, and reports why, where the value cannot be used. */
  read(value: ConfigValue, context: ReadContext): T | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds directives of every value type
export type DirectiveTable = Readonly<Record<string, Directive<any>>>;

/** The settings that a table describes: lighttpd's spelling as property names. */
export type ConfigOf<Table extends DirectiveTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Directive<infer Value> ? Value : never;
};

function wrongType(context: ReadContext, wanted: string): undefined {
  context.diagnostics.error(
    'wrong-type',
    context.origin,
    `${context.key} should be ${wanted}`,
    `Write it as ${context.key} = ${exampleOf(wanted)}`,
  );
  return undefined;
}

function exampleOf(wanted: string): string {
  if (wanted.startsWith('a string')) return '"..."';
  if (wanted.startsWith('a number')) return '123';
  if (wanted.startsWith('"enable"')) return '"enable"';
  if (wanted.includes('lists by key')) return '( "..." => ( "..." => "..." ) )';
  return wanted.includes('key') ? '( "..." => "..." )' : '( "...", "..." )';
}

/** `enable`, `enabled`, `true`, `1` and any number but 0 are true; null where the value is no switch. */
export function readSwitch(value: ConfigValue): boolean | null {
  if (value.type === 'integer') return value.value !== 0;
  if (value.type !== 'string') return null;
  const text = value.value.toLowerCase();
  if (text === 'enable' || text === 'enabled' || text === 'true' || text === '1') return true;
  if (text === 'disable' || text === 'disabled' || text === 'false' || text === '0') return false;
  return null;
}

/** A number, or decimal digits in a string (values from the environment are strings); null otherwise. */
export function readNumber(value: ConfigValue): number | null {
  if (value.type === 'integer') return value.value;
  if (value.type !== 'string' || !/^[ \t\n\v\f\r]*[+-]?\d+$/.test(value.value)) return null;
  return Number.parseInt(value.value, 10);
}

export function bool<D extends boolean | undefined = false>(
  options: DirectiveOptions & { readonly default?: D },
): Directive<boolean | D> {
  return {
    ...options,
    type: 'bool',
    default: ('default' in options ? options.default : false) as D,
    read: (value, context) => readSwitch(value) ?? wrongType(context, '"enable" or "disable"'),
  };
}

type NumberOptions<T, D> = DirectiveOptions & {
  readonly default?: D;
  readonly entry?: (value: number, context: ReadContext) => T | undefined;
};

function numeric<T, D>(type: 'short' | 'int', max: number, options: NumberOptions<T, D>): Directive<T | D> {
  return {
    ...options,
    type,
    default: options.default as D,
    read: (value, context) => {
      const number = readNumber(value);
      if (number === null) return wrongType(context, `a number from 0 to ${max}`);
      // a short of 65536 has always been taken as 65535
      const inRange =
        type === 'short' ? number >= 0 && number <= 65536 : value.type === 'integer' || number >= 0;
      if (!inRange) return wrongType(context, `a number from 0 to ${max}`);
      const final = type === 'short' ? Math.min(number, 65535) : number >>> 0;
      return options.entry ? options.entry(final, context) : (final as T);
    },
  };
}

/** 0 to 65535. */
export function short<T = number, D extends T | undefined = undefined>(
  options: NumberOptions<T, D>,
): Directive<T | D> {
  return numeric('short', 65535, options);
}

/** 0 to 4294967295. */
export function int<T = number, D extends T | undefined = undefined>(
  options: NumberOptions<T, D>,
): Directive<T | D> {
  return numeric('int', 4294967295, options);
}

export function string<T = string, D extends T | undefined = undefined>(
  options: DirectiveOptions & {
    readonly default?: D;
    readonly entry?: (text: string, context: ReadContext) => T | undefined;
  },
): Directive<T | D> {
  return {
    ...options,
    type: 'string',
    default: options.default as D,
    read: (value, context) => {
      if (value.type !== 'string') return wrongType(context, 'a string');
      return options.entry ? options.entry(value.value, context) : (value.value as T);
    },
  };
}

type Shape = (array: ArrayValue) => boolean;

/** The reader shared by the array types: checks the shape, then builds the value whole or entry by entry. */
function arrayReader<T>(
  shape: Shape,
  wanted: string,
  build: (array: ArrayValue, context: ReadContext) => T | undefined,
): Directive<T>['read'] {
  return (value, context) =>
    value.type === 'array' && shape(value) ? build(value, context) : wrongType(context, wanted);
}

/** Reads every element, so that all wrong ones are reported; undefined where one was wrong. */
function eachEntry<E>(
  array: ArrayValue,
  context: ReadContext,
  read: (element: ArrayValue['elements'][number], context: ReadContext) => E | undefined,
): readonly E[] | undefined {
  const out: E[] = [];
  let failed = false;
  for (const element of array.elements) {
    const entry = read(element, entryContext(context, element.value.origin));
    if (entry === undefined) failed = true;
    else out.push(entry);
  }
  return failed ? undefined : out;
}

function entryContext(context: ReadContext, origin: Origin): ReadContext {
  return {
    ...context,
    origin,
    fail: (summary, detail, at) => context.fail(summary, detail, at ?? origin),
    warn: (summary, detail, at) => context.warn(summary, detail, at ?? origin),
  };
}

const text = (value: ConfigValue): string => (value.type === 'string' ? value.value : '');

/** `( "a", "b" )`. Built whole by `build`, or element by element by `entry`. */
export function list<E = string, T = readonly E[], D extends T | undefined = undefined>(
  options: DirectiveOptions & {
    readonly default?: D;
    readonly entry?: (text: string, context: ReadContext) => E | undefined;
    readonly build?: (array: ArrayValue, context: ReadContext) => T | undefined;
  },
): Directive<T | D> {
  const entry = options.entry ?? ((value: string) => value as E);
  return {
    ...options,
    type: 'list',
    default: options.default as D,
    read: arrayReader<T | D>(
      (array) => array.elements.every((element) => element.key === null && element.value.type === 'string'),
      'a list of strings',
      options.build ??
        ((array, context) => eachEntry(array, context, (e, at) => entry(text(e.value), at)) as T | undefined),
    ),
  };
}

export interface KeyAndText {
  readonly key: string;
  readonly value: string;
}

/** `( "key" => "text" )`, in the order of the file. */
export function stringMap<E = KeyAndText, T = readonly E[], D extends T | undefined = undefined>(
  options: DirectiveOptions & {
    readonly default?: D;
    readonly entry?: (key: string, value: string, context: ReadContext) => E | undefined;
    readonly build?: (array: ArrayValue, context: ReadContext) => T | undefined;
  },
): Directive<T | D> {
  const entry = options.entry ?? ((key: string, value: string) => ({ key, value }) as E);
  return {
    ...options,
    type: 'map<string>',
    default: options.default as D,
    read: arrayReader<T | D>(
      (array) => array.elements.every((element) => element.key !== null && element.value.type === 'string'),
      'strings by key',
      options.build ??
        ((array, context) =>
          eachEntry(array, context, (e, at) => entry(e.key ?? '', text(e.value), at)) as T | undefined),
    ),
  };
}

/** `( "key" => VALUE )` with values of any type. */
export function map<T = ArrayValue, D extends T | undefined = undefined>(
  options: DirectiveOptions & {
    readonly default?: D;
    readonly build?: (array: ArrayValue, context: ReadContext) => T | undefined;
  },
): Directive<T | D> {
  return {
    ...options,
    type: 'map',
    default: options.default as D,
    read: arrayReader<T | D>(
      (array) => array.elements.every((element) => element.key !== null),
      'values by key',
      options.build ?? ((array) => array as T),
    ),
  };
}

/** `( "key" => ( ... ) )`. */
export function arrayMap<T = ArrayValue, D extends T | undefined = undefined>(
  options: DirectiveOptions & {
    readonly default?: D;
    readonly build?: (array: ArrayValue, context: ReadContext) => T | undefined;
  },
): Directive<T | D> {
  return {
    ...options,
    type: 'map<array>',
    default: options.default as D,
    read: arrayReader<T | D>(
      (array) => array.elements.every((element) => element.key !== null && element.value.type === 'array'),
      'lists by key',
      options.build ?? ((array) => array as T),
    ),
  };
}

/** An array of any shape. */
export function array<T = ArrayValue, D extends T | undefined = undefined>(
  options: DirectiveOptions & {
    readonly default?: D;
    readonly build?: (array: ArrayValue, context: ReadContext) => T | undefined;
  },
): Directive<T | D> {
  return {
    ...options,
    type: 'array',
    default: options.default as D,
    read: arrayReader<T | D>(() => true, 'a list', options.build ?? ((value) => value as T)),
  };
}

/** A name that lighttpd had withdrawn before its first 1.4 release: read as nothing, with a hint. */
export function withdrawn(options: DirectiveOptions): Directive<undefined> {
  return { ...options, type: 'none', default: undefined, read: () => undefined };
}
