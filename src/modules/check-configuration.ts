import type { Origin } from '../base/source-range.js';
import { type DirectiveTable, readSwitch } from '../config/directive.js';
import { SettingsLoader } from '../config/load-settings.js';
import { ModuleSettings, type SettingsSource } from '../config/patch.js';
import type { ConfigTree } from '../config/tree.js';
import { DiagnosticList } from '../diagnostics/diagnostic.js';
import type { CoreEnvironment, CoreSettings } from '../plugin/core-settings.js';
import type { AnyModule } from '../plugin/define-module.js';
import type { FeatureFlags } from '../plugin/feature-flags.js';
import { isUsed } from '../plugin/loaded-module.js';
import type { ServerSettings, SocketSettings } from '../plugin/server-settings.js';
import { checkConditionPatterns, checkSocketConditions } from './check-conditions.js';
import { coreSettings, deriveParseOptions } from './core/core-settings.js';
import { core, deriveServerSettings, deriveSocketSettings } from './core/index.js';
import type { NamedModule } from './core/process.js';
import { findModule, registry } from './registry.js';
import { resolveModules } from './resolve-modules.js';
import { similarNames } from './similar-names.js';
import { warnOfUnread } from './unread-settings.js';
import { loadUserModule } from './user-module.js';

/** A module and its settings, ready to be started. */
export interface ConfiguredModule {
  readonly definition: AnyModule;
  readonly settings: SettingsSource<Readonly<Record<string, unknown>>>;
}

/** A configuration as a server needs it. With an error among the diagnostics it must not be served. */
export interface CheckedConfiguration {
  readonly tree: ConfigTree;
  readonly diagnostics: DiagnosticList;
  readonly server: ServerSettings;
  /** In load order. */
  readonly modules: readonly ConfiguredModule[];
  /** `block`: the index of the socket's own `$SERVER["socket"]` block; 0 for server.bind and server.port. */
  socketSettings(block: number): SocketSettings;
  /** Names of files that workers need and may not be allowed to read. */
  readonly keptFiles: readonly string[];
  /** Bits of `ParseOption`: how request targets and hosts are read. */
  readonly parseOptions: number;
  /** What holds for requests, once logs are open. */
  coreSettings(environment: CoreEnvironment): SettingsSource<CoreSettings>;
}

/**
 * Loads the modules that a configuration asks for, reads all their tables and runs all their checks. Starts nothing,
 * opens no log and no socket. Every problem is collected; errors are what lighttpd's `-tt` refuses.
 */
export async function checkConfiguration(tree: ConfigTree, moduleDir: string): Promise<CheckedConfiguration> {
  const diagnostics = new DiagnosticList();
  const loader = new SettingsLoader(tree, diagnostics);
  const loaded = loader.load(core.directives);
  checkConditionPatterns(tree, diagnostics);
  const definitions = await loadModules(resolveModules(loader, loaded.base), moduleDir, diagnostics);
  const modules = definitions.map((definition) => configure(loader, definition));
  runChecks(loader, { definition: core, settings: new ModuleSettings(loaded.base, loaded.layers) }, modules);
  checkSocketConditions(tree, diagnostics);
  if (!definitions.some(({ name }) => name === 'mod_openssl')) refuseTls(loader);
  await warnOfUnread(loader.unread(), diagnostics);
  return {
    tree,
    diagnostics,
    modules,
    server: oneWorkerIfNeeded(deriveServerSettings(loaded.base, servesTls(loader, 0)), modules),
    socketSettings: (block) => deriveSocketSettings(loaded, block, servesTls(loader, block)),
    keptFiles: modules.flatMap(({ definition, settings }) => [...(definition.keptFiles?.(settings) ?? [])]),
    parseOptions: deriveParseOptions(loaded.base),
    coreSettings: (environment) => coreSettings(loaded, environment),
  };
}

/** Directives of which a change does not reach a server that runs. */
export function restartDirectives(): string[] {
  const directives: DirectiveTable = core.directives;
  return Object.keys(directives).filter((key) => directives[key].change === 'restart');
}

async function loadModules(
  named: readonly NamedModule[],
  moduleDir: string,
  diagnostics: DiagnosticList,
): Promise<AnyModule[]> {
  const definitions: AnyModule[] = [];
  for (const { name, origin } of named) {
    const found = (await findModule(name)?.load()) ?? (await loadUserModule(moduleDir, name));
    if (found === null) {
      diagnostics.error(
        'unknown-module',
        origin,
        `there is no module ${name}`,
        unknownModuleDetail(name, moduleDir),
      );
    } else if (typeof found === 'string') {
      diagnostics.error('module-failed', origin, found, 'See the chapter on modules of your own.');
    } else {
      if (found.notServed) diagnostics.warning('module-not-served', origin, `${name}: ${found.notServed}`);
      definitions.push(found);
    }
  }
  return definitions;
}

function unknownModuleDetail(name: string, moduleDir: string): string {
  const [similar] = similarNames(
    name,
    registry.map((entry) => entry.name),
  );
  if (similar !== undefined) return `Did you mean ${similar}?`;
  return `Modules of your own are looked for in ${moduleDir || 'the module folder (-m)'}.`;
}

function configure(loader: SettingsLoader, definition: AnyModule): ConfiguredModule {
  const { base, layers } = loader.load(definition.directives);
  return { definition, settings: new ModuleSettings(base, layers) };
}

/** Where the file leaves the number of workers open, modules that see their own worker alone may ask for one. */
function oneWorkerIfNeeded(server: ServerSettings, modules: readonly ConfiguredModule[]): ServerSettings {
  const isOpen = server.maxWorker === undefined;
  const isNeeded = modules.some((module) => module.definition.needsOneWorker && isUsed(module));
  return isOpen && isNeeded ? { ...server, maxWorker: 1 } : server;
}

function runChecks(
  loader: SettingsLoader,
  coreModule: ConfiguredModule,
  modules: readonly ConfiguredModule[],
): void {
  const moduleNames = modules.map(({ definition }) => definition.name);
  const originOf = (key: string, block = 0): Origin | null =>
    loader.occurrences(key).find((placed) => placed.block === block)?.setting.origin ?? null;
  const features = coreModule.settings.base['server.feature-flags'] as FeatureFlags;
  for (const { definition, settings } of [coreModule, ...modules])
    definition.check?.({ settings, diagnostics: loader.diagnostics, moduleNames, features, originOf });
}

/** Lighttpd answers in the clear on such a socket, whose clients expect to be protected. */
function refuseTls(loader: SettingsLoader): void {
  for (const { setting } of loader.occurrences('ssl.engine')) {
    if (readSwitch(setting.value) !== true) continue;
    const detail = 'Add "mod_openssl" to server.modules.';
    loader.diagnostics.error('directive-not-used', setting.origin, 'ssl.engine needs mod_openssl', detail);
  }
}

/** Does `ssl.engine` hold for the socket of this block? A block without it has the global one's. */
function servesTls(loader: SettingsLoader, socketBlock: number): boolean {
  const placed = loader.occurrences('ssl.engine');
  const own = placed.find(({ block }) => block === socketBlock) ?? placed.find(({ block }) => block === 0);
  return own !== undefined && readSwitch(own.setting.value) === true;
}
