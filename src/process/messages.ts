import type { ConfigTree } from '../config/tree.js';
import type { AdoptedState } from '../connection/adopted-state.js';
import type { NameProof } from '../plugin/name-proofs.js';
import type { ProgramSpec, ProgramState, ProgramUse } from '../plugin/programs.js';
import type { ServerCounters } from '../plugin/server-context.js';
import type { ServerSettings } from '../plugin/server-settings.js';
import type { StatusFigures } from '../plugin/status-figures.js';
import type { ListenAddress } from './listen-address.js';
import type { Identity } from './privileges.js';

/**
 * Where a worker gets its configuration from. The first of a generation reads it, or is given what has been read, and
 * finds out where to listen; the others take what the first has found.
 */
export type ConfigOrder =
  | {
      readonly type: 'read';
      readonly configFile: string;
      readonly moduleDir: string;
      /** What `var.PID` is: the supervisor's, over all reloads. */
      readonly processId: number;
    }
  | { readonly type: 'plan' | 'take'; readonly tree: ConfigTree; readonly moduleDir: string };

/** What the supervisor tells a worker, in this order for each. Listening sockets follow as handles. */
export type ToWorker =
  | ConfigOrder
  | {
      readonly type: 'start';
      readonly identity: Identity | null;
      readonly maxFds: number;
      readonly ticketSeed: Uint8Array;
      readonly proofs: readonly NameProof[];
    }
  | { readonly type: 'socket'; readonly address: ListenAddress }
  | { readonly type: 'accept' }
  /** Stop accepting, hand over what idles, finish the rest. */
  | { readonly type: 'retire' }
  /** The same without anybody to hand over to. */
  | { readonly type: 'finish' }
  | { readonly type: 'connection'; readonly state: AdoptedState }
  /** The next of the connections that were handed over is served by another worker. */
  | { readonly type: 'handed-over' }
  /** A file that is kept has changed. */
  | { readonly type: 'file'; readonly name: string; readonly content: Uint8Array }
  /** What authorities are to find from now on. */
  | { readonly type: 'prove'; readonly proofs: readonly NameProof[] }
  | { readonly type: 'reopen-logs' }
  /** Answers `keep-programs`, and again after each change. */
  | { readonly type: 'programs'; readonly id: number; readonly states: readonly ProgramState[] }
  /** Send your figures. */
  | { readonly type: 'tell-status' }
  /** Those of all other workers, as asked for. */
  | { readonly type: 'status'; readonly others: StatusFigures }
  | { readonly type: 'stop' };

/** What a worker answers. Each `ConfigOrder` has one `plan` or `failed`. */
export type FromWorker =
  | { readonly type: 'plan'; readonly plan: GenerationPlan }
  | { readonly type: 'failed'; readonly problems: readonly string[] }
  | { readonly type: 'started' }
  | { readonly type: 'accepting' }
  /** No connection waits for a request any more: whatever comes now is answered by newer workers. */
  | { readonly type: 'retired' }
  | { readonly type: 'connection'; readonly state: AdoptedState }
  /** Answers each `connection`: it is served here. */
  | { readonly type: 'adopted' }
  | ProgramMessage
  | { readonly type: 'counters'; readonly counters: ServerCounters }
  | { readonly type: 'ask-status' }
  | { readonly type: 'status'; readonly figures: StatusFigures | null };

/** Of the programs that backends need; a worker numbers its own. */
export type ProgramMessage =
  | { readonly type: 'keep-programs'; readonly id: number; readonly spec: ProgramSpec }
  | { readonly type: 'want-program'; readonly id: number }
  | { readonly type: 'use-programs'; readonly id: number; readonly uses: readonly ProgramUse[] };

/** What the supervisor needs to know of a configuration. */
export interface GenerationPlan {
  /** Socket conditions are spelt as the sockets' tokens. */
  readonly tree: ConfigTree;
  readonly server: Omit<ServerSettings, 'features'>;
  readonly addresses: readonly ListenAddress[];
  /** Files that workers need and may not be allowed to read; relative names count from the working folder. */
  readonly keptFiles: readonly string[];
  /** Every log that it names. */
  readonly logNames: readonly string[];
  /** Directives whose change needs a restart of the supervisor. */
  readonly restartKeys: readonly string[];
  readonly warnings: readonly string[];
}
