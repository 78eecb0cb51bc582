import type { TicketSeed } from '../base/ticket-seed.js';
import type { ConditionSet } from '../config/condition.js';
import type { SettingsSource } from '../config/patch.js';
import type { ConfigTree } from '../config/tree.js';
import type { KeptFiles } from '../files/kept-files.js';
import type { StatCache } from '../files/stat-cache.js';
import type { ErrorLog } from '../log/error-log.js';
import type { Logs } from '../log/logs.js';
import type { Clock } from './clock.js';
import type { ConnectionState } from './connection-state.js';
import type { CoreSettings } from './core-settings.js';
import type { FeatureFlags } from './feature-flags.js';
import type { LoadedModule } from './loaded-module.js';
import type { NameProofs } from './name-proofs.js';
import type { ProgramSource } from './programs.js';

/** One worker's server: what every module and every request can reach. */
export interface ServerContext {
  readonly tree: ConfigTree;
  readonly conditions: ConditionSet;
  readonly core: SettingsSource<CoreSettings>;
  readonly features: FeatureFlags;
  readonly errorLog: ErrorLog;
  /** Opens logs by the name that a setting gives them. */
  readonly logs: Logs;
  readonly clock: Clock;
  readonly statCache: StatCache;
  /** What was read while the process had the rights to (`keptFiles` of the modules). */
  readonly keptFiles: KeptFiles;
  /** What an authority that certifies names is to find. */
  readonly proofs: NameProofs;
  /** Keeps the programs of backends running. */
  readonly programs: ProgramSource;
  /** The keys of TLS session tickets, the same in all workers. */
  readonly ticketSeed: TicketSeed;
  /** In load order. */
  readonly modules: readonly LoadedModule[];
  /** Those that are open, and how many may be (`server.max-connections`). */
  readonly connections: ReadonlySet<ConnectionState>;
  readonly connectionsMax: number;
  /** Figures since the start, for status pages. */
  readonly counters: ServerCounters;
  /** What one module offers to others by name (authentication backends, for one); filled in `start`. */
  readonly services: Map<string, unknown>;
}

export interface ServerCounters {
  requests: number;
  bytesOut: number;
  connections: number;
  connectionsOpen: number;
}
