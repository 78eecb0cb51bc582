import type { Origin } from '../base/source-range.js';
import type { ConfigOf, DirectiveTable } from '../config/directive.js';
import type { SettingsSource } from '../config/patch.js';
import type { DiagnosticList } from '../diagnostics/diagnostic.js';
import type { FeatureFlags } from './feature-flags.js';
import type { Hooks } from './hooks.js';
import type { LoadedModule } from './loaded-module.js';
import type { RequestState } from './request-state.js';
import type { ServerContext } from './server-context.js';

/** What a module sees when settings are checked: no sockets, no logs, nothing started. */
export interface CheckContext<Config> {
  readonly settings: SettingsSource<Config>;
  readonly diagnostics: DiagnosticList;
  /** Where a block (0: the global scope) sets a directive; null where it does not. */
  originOf(key: string, block?: number): Origin | null;
  /** Names in load order. */
  readonly moduleNames: readonly string[];
  readonly features: FeatureFlags;
}

/** What a module sees when a worker starts it. */
export interface StartContext<Config> {
  readonly server: ServerContext;
  readonly settings: SettingsSource<Config>;
  /** The module itself: a handler puts it into `request.handler`; its `index` is the key in `moduleData`. */
  readonly self: LoadedModule;
}

/** What a module does to a request, in words, and the place of the setting that makes it do so. */
export interface ExplainLine {
  readonly text: string;
  /** Null: the module's own setting that is in force. Left out: it goes on with the line before. */
  readonly origin?: Origin | null;
  /** The module makes the answer: no later one is asked. */
  readonly takes?: boolean;
}

/**
 * The life of a module:
 *  1. read: each directive's text becomes its final value, by the table, in every block that sets it;
 *  2. check: what a single value cannot tell (also under `-tt`); problems are collected, none is thrown;
 *  3. start: once a worker, gives the module's state; there is none at file level;
 *  4. hooks: called with the request, the settings that hold for it, and the state;
 *  5. stop: once the worker's last request is done.
 * A module none of whose settings `isUsed` gets no slots, and costs nothing. Where only blocks use it, requests outside
 * of those blocks pass its hooks by.
 */
export interface ModuleDefinition<Table extends DirectiveTable, State = void> {
  readonly name: string;
  readonly directives: Table;
  /** Why the module cannot serve yet; its table is still read and checked. */
  readonly notServed?: string;
  /** Could these settings make the module do anything? Asked for the global settings and for each block's. */
  readonly isUsed?: (config: Partial<ConfigOf<Table>>) => boolean;
  /** Requests for which its settings are not used are shown to its hooks too: it keeps what holds at first. */
  readonly seesEveryRequest?: true;
  /** It counts over all connections: where server.max-worker is unset, one worker serves, as in lighttpd. */
  readonly needsOneWorker?: boolean;
  /** Files, such as keys, that are read before the rights of root are given up, and again when they change. */
  readonly keptFiles?: (settings: SettingsSource<ConfigOf<Table>>) => readonly string[];
  readonly check?: (context: CheckContext<ConfigOf<Table>>) => void;
  readonly start?: (context: StartContext<ConfigOf<Table>>) => State;
  readonly hooks?: Hooks<ConfigOf<Table>, State>;
  readonly stop?: (state: State) => void | Promise<void>;
  /**
   * `start` opens nothing, and the hooks up to response-start change the request alone: `explain` runs them, and shows
   * what has changed.
   */
  readonly decidesOnly?: true;
  /**
   * For `explain`, asked before each hook. Where the hooks are run: which setting makes them act. Where they are not:
   * what they would do. A module with a `subrequest` hook that has something to say takes the request.
   */
  readonly explain?: (request: RequestState, config: ConfigOf<Table>) => readonly ExplainLine[];
}

/** Declares a module. The settings' type comes from the directive table. */
export function defineModule<const Table extends DirectiveTable, State = void>(
  definition: ModuleDefinition<Table, State>,
): ModuleDefinition<Table, State> {
  return definition;
}

// biome-ignore lint/suspicious/noExplicitAny: the list of modules holds definitions of every settings type
export type AnyModule = ModuleDefinition<any, any>;
