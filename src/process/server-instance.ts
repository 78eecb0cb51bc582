import type { TicketSeed } from '../base/ticket-seed.js';
import { defaultServerTag } from '../base/version.js';
import { ConditionSet } from '../config/condition.js';
import type { SettingsSource } from '../config/patch.js';
import type { ConfigTree } from '../config/tree.js';
import { Acceptor, type ServedConnection } from '../connection/acceptor.js';
import { ConnectionContext } from '../connection/connection-context.js';
import type { KeptFiles } from '../files/kept-files.js';
import { StatCache } from '../files/stat-cache.js';
import { Lifecycle } from '../lifecycle/lifecycle.js';
import { buildSlots } from '../lifecycle/slots.js';
import type { ErrorLog } from '../log/error-log.js';
import { type Logs, openErrorLog } from '../log/logs.js';
import type { CheckedConfiguration } from '../modules/check-configuration.js';
import { Clock } from '../plugin/clock.js';
import type { CoreEnvironment, CoreSettings } from '../plugin/core-settings.js';
import type { LoadedModule } from '../plugin/loaded-module.js';
import type { NameProofs } from '../plugin/name-proofs.js';
import type { ProgramSource } from '../plugin/programs.js';
import type { ServerContext } from '../plugin/server-context.js';
import type { ServerSettings } from '../plugin/server-settings.js';
import { errorLogFormat, mainErrorLog } from './main-error-log.js';

/** Files that were not asked for in so many seconds leave the stat cache. */
const statCacheSeconds = 2;
/** Each connection may need a file and a backend besides itself. */
const fdsPerConnection = 3;

/** What a worker has been given besides its configuration. */
export interface WorkerOwned {
  readonly keptFiles: KeptFiles;
  readonly proofs: NameProofs;
  readonly programs: ProgramSource;
  readonly ticketSeed: TicketSeed;
  /** How many files it may open. */
  readonly fdsMax: number;
}

/** A server that is ready to accept: modules started, nothing bound. One a worker. */
export class ServerInstance {
  readonly context: ServerContext;
  readonly lifecycle: Lifecycle;
  readonly acceptor: Acceptor;
  private readonly connections = new Set<ServedConnection>();
  private readonly clock: Clock;
  private readonly statCache: StatCache;
  private readonly modules: readonly LoadedModule[];
  private timer: NodeJS.Timeout | null = null;

  /** `tree` has its socket conditions in the spelling of the sockets' tokens. */
  constructor(checked: CheckedConfiguration, tree: ConfigTree, logs: Logs, owned: WorkerOwned) {
    const { server } = checked;
    this.clock = new Clock();
    this.statCache = new StatCache(() => this.clock.monotonicSeconds, server.statCacheEngine !== 'disable');
    const errorLog = mainErrorLog(server, server.features, logs);
    const core = checked.coreSettings(coreEnvironment(server, logs, errorLog));
    this.modules = checked.modules.map(({ definition, settings }, index) => ({
      definition,
      index,
      settings,
      state: undefined,
    }));
    this.context = this.createContext(tree, core, server, logs, errorLog, owned);
    for (const module of this.modules) {
      const { settings } = module;
      module.state = module.definition.start?.({
        server: this.context,
        settings: settings as SettingsSource<never>,
        self: module,
      });
    }
    this.lifecycle = new Lifecycle(buildSlots(this.modules), this.modules);
    this.acceptor = new Acceptor(new ConnectionContext(this.context, this.lifecycle), this.connections);
  }

  private createContext(
    tree: ConfigTree,
    core: SettingsSource<CoreSettings>,
    server: ServerSettings,
    logs: Logs,
    errorLog: ErrorLog,
    { keptFiles, proofs, programs, ticketSeed, fdsMax }: WorkerOwned,
  ): ServerContext {
    return {
      tree,
      conditions: new ConditionSet(tree),
      core,
      features: server.features,
      errorLog,
      logs,
      clock: this.clock,
      statCache: this.statCache,
      keptFiles,
      proofs,
      programs,
      ticketSeed,
      modules: this.modules,
      connections: this.connections,
      connectionsMax: server.maxConnections || Math.floor(fdsMax / fdsPerConnection),
      counters: { requests: 0, bytesOut: 0, connections: 0, connectionsOpen: 0 },
      services: new Map(),
    };
  }

  /** Starts the clock that timeouts and trigger hooks run by. */
  run(): void {
    this.timer = setInterval(() => this.everySecond(), 1000);
  }

  private everySecond(): void {
    this.clock.tick();
    this.acceptor.everySecond();
    for (const trigger of this.lifecycle.slots.trigger) trigger();
    this.statCache.expire(statCacheSeconds);
  }

  /** Ends what the modules hold; connections must be closed by then. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    for (const module of this.modules) await module.definition.stop?.(module.state);
  }
}

function coreEnvironment(server: ServerSettings, logs: Logs, errorLog: ErrorLog): CoreEnvironment {
  const opened = new Map<string, ErrorLog>();
  return {
    defaultTag: defaultServerTag,
    errorLog: (target) => {
      if (!target || target === server.errorlog || server.errorlogUseSyslog) return errorLog;
      const known = opened.get(target) ?? openErrorLog(logs, target, errorLogFormat(server.features));
      opened.set(target, known);
      return known;
    },
    breakageLog: (target) => (target ? logs.open(target) : null),
    defaultUploadDirs: ['/var/tmp'],
    ignoresCase: false,
  };
}
