import type { Origin, SourceFile } from '../base/source-range.js';

/**
 * The evaluated configuration: includes are read, variables and conditions resolved, merges done. Plain data that
 * can be sent to a worker by structured clone. Text is latin1 (one character a byte) everywhere.
 */
export interface ConfigTree {
  /** `blocks[0]` is the global scope; the others follow in the order of their opening braces. */
  readonly blocks: readonly ConfigBlock[];
  /** Every text that was read, the main file first. */
  readonly sources: readonly SourceFile[];
  /** Folder of the main file (`var.CWD` is the working directory, not this). */
  readonly basedir: string;
}

/** One scope: the global one, or the body of a condition. */
export interface ConfigBlock {
  readonly index: number;
  /** Index of the enclosing block; -1 for the global scope. */
  readonly parent: number;
  /** The block before this one in an else chain; -1 where there is none. */
  readonly previous: number;
  /** The block after this one in an else chain; -1 where there is none. */
  readonly next: number;
  /** Null for the global scope. */
  readonly condition: Condition | null;
  /** In the order that `-p` prints. Variables (`var.x`) are among them. */
  readonly settings: readonly Setting[];
  readonly origin: Origin;
}

export interface Setting {
  /** As spelt in the file; names compare without case. */
  readonly key: string;
  readonly value: ConfigValue;
  /** The place of the name in the assignment that set or last extended it. */
  readonly origin: Origin;
}

export type ConfigValue = StringValue | IntegerValue | ArrayValue;

export interface StringValue {
  readonly type: 'string';
  readonly value: string;
  readonly origin: Origin;
}

export interface IntegerValue {
  readonly type: 'integer';
  readonly value: number;
  readonly origin: Origin;
}

export interface ArrayValue {
  readonly type: 'array';
  readonly elements: readonly ArrayElement[];
  readonly origin: Origin;
}

export interface ArrayElement {
  /** Null for an element without a key. */
  readonly key: string | null;
  readonly value: ConfigValue;
}

export type ConditionField =
  | 'socket' // $SERVER["socket"]
  | 'url' // $HTTP["url"]
  | 'host' // $HTTP["host"]
  | 'remoteIp' // $HTTP["remote-ip"] and $HTTP["remoteip"]
  | 'queryString' // $HTTP["query-string"] and $HTTP["querystring"]
  | 'scheme' // $HTTP["scheme"]
  | 'requestMethod' // $HTTP["request-method"]
  | 'requestHeader'; // $REQUEST_HEADER["name"] and the old $HTTP["user-agent"], $HTTP["referer"], $HTTP["cookie"], …

/** `=^` (prefix) and `=$` (suffix) are what simple patterns become; `else` always holds. */
export type ConditionOperator = '==' | '!=' | '=~' | '!~' | '=^' | '=$' | 'else';

export interface Condition {
  readonly field: ConditionField;
  /** Header name as spelt, for `requestHeader`; empty otherwise. */
  readonly header: string;
  readonly operator: ConditionOperator;
  /** The value compared with; for `=~` and `!~` the PCRE pattern. Empty for `else`. */
  readonly value: string;
  /** As `-p` prints it: `$HTTP["host"] == "example.org"`. */
  readonly text: string;
  readonly origin: Origin;
}
