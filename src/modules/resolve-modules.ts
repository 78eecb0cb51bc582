import { readSwitch } from '../config/directive.js';
import type { PlacedSetting, SettingsLoader } from '../config/load-settings.js';
import type { CoreDirectives } from './core/index.js';
import type { NamedModule } from './core/process.js';
import { findModule } from './registry.js';

/**
 * The modules to load, in load order: those of `server.modules` under the names they have today, each once, and those
 * that lighttpd adds unless `server.compat-module-load` is disabled (configfile.c, config_compat_module_load).
 */
export function resolveModules(loader: SettingsLoader, settings: CoreDirectives): NamedModule[] {
  const named = withoutDuplicates(settings['server.modules'].map(currentName));
  if (!settings['server.compat-module-load']) return named;
  warnOfOrder(loader, named);
  return addDefaultModules(loader, named);
}

function currentName(module: NamedModule): NamedModule {
  return { ...module, name: findModule(module.name)?.name ?? module.name };
}

function withoutDuplicates(modules: readonly NamedModule[]): NamedModule[] {
  const names = new Set<string>();
  return modules.filter(({ name }) => !names.has(name) && names.add(name));
}

function addDefaultModules(loader: SettingsLoader, named: readonly NamedModule[]): NamedModule[] {
  let modules = withDefault(
    loader,
    named,
    'mod_indexfile',
    ['index-file.names', 'server.indexfiles'],
    'first',
  );
  modules = withDefault(
    loader,
    modules,
    'mod_dirlisting',
    ['dir-listing.activate', 'server.dir-listing'],
    'last',
  );
  if (!has(modules, 'mod_staticfile')) modules.push({ name: 'mod_staticfile', origin: null });
  if (!has(modules, 'mod_openssl')) addTls(loader, modules);
  if (has(named, 'mod_auth')) addAuthBackends(loader, modules);
  else if (named.some(({ name }) => name.startsWith('mod_auth')))
    modules.unshift({ name: 'mod_auth', origin: null });
  if (!has(named, 'mod_vhostdb') && named.some(({ name }) => name.startsWith('mod_vhostdb')))
    modules.unshift({ name: 'mod_vhostdb', origin: null });
  return modules;
}

function has(modules: readonly NamedModule[], name: string): boolean {
  return modules.some((module) => module.name === name);
}

/** A default module is loaded where one of its switches is on anywhere, and only then, even if it is named. */
function withDefault(
  loader: SettingsLoader,
  modules: readonly NamedModule[],
  name: string,
  switches: readonly string[],
  place: 'first' | 'last',
): NamedModule[] {
  const enabling = switches.flatMap((key) => loader.occurrences(key)).find(isEnabled);
  if (enabling === undefined) return modules.filter((module) => module.name !== name);
  if (has(modules, name)) return [...modules];
  const added: NamedModule = { name, origin: enabling.setting.origin };
  return place === 'first' ? [added, ...modules] : [...modules, added];
}

function isEnabled({ setting: { value } }: PlacedSetting): boolean {
  return value.type === 'array' ? value.elements.length > 0 : readSwitch(value) === true;
}

/** Any `ssl.` directive loads TLS. */
function addTls(loader: SettingsLoader, modules: NamedModule[]): void {
  for (const block of loader.tree.blocks) {
    const setting = block.settings.find(({ key }) => key.startsWith('ssl.'));
    if (setting === undefined) continue;
    modules.push({ name: 'mod_openssl', origin: setting.origin });
    loader.diagnostics.warning(
      'module-added',
      setting.origin,
      `${setting.key} loads mod_openssl, which server.modules does not name`,
      'Add "mod_openssl" to server.modules, as a later lighttpd will ask for.',
    );
    return;
  }
}

const authBackendModules: readonly (readonly [string, readonly string[]])[] = [
  ['mod_authn_file', ['htdigest', 'htpasswd', 'plain']],
  ['mod_authn_ldap', ['ldap']],
];

function addAuthBackends(loader: SettingsLoader, modules: NamedModule[]): void {
  for (const [name, backends] of authBackendModules) {
    if (has(modules, name)) continue;
    const using = loader
      .occurrences('auth.backend')
      .find(({ setting: { value } }) => value.type === 'string' && backends.includes(value.value));
    if (using === undefined) continue;
    modules.push({ name, origin: using.setting.origin });
    loader.diagnostics.warning(
      'module-added',
      using.setting.origin,
      `auth.backend loads ${name}, which server.modules does not name`,
      `Add "${name}" to server.modules, as a later lighttpd will ask for.`,
    );
  }
}

const gateways = /^mod_(ajp13|cgi|fastcgi|proxy|scgi|sockproxy|wstunnel)/;

/** Requests that a gateway or mod_staticfile has taken never reach what is listed behind it. */
function warnOfOrder(loader: SettingsLoader, modules: readonly NamedModule[]): void {
  const position = (name: string): number => modules.findIndex((module) => module.name === name);
  const staticFile = position('mod_staticfile');
  const auth = position('mod_auth');
  const firstGateway = modules.findIndex(({ name }) => gateways.test(name));
  if (firstGateway < 0) return;
  const gateway = modules[firstGateway];
  if (auth > firstGateway) warnOf(loader, modules[auth], gateway);
  modules.forEach((module, index) => {
    if (staticFile >= 0 && index > staticFile && gateways.test(module.name))
      warnOf(loader, module, modules[staticFile]);
  });
  const indexFile = position('mod_indexfile');
  if (indexFile > firstGateway) warnOf(loader, modules[indexFile], gateway);
}

function warnOf(loader: SettingsLoader, late: NamedModule, early: NamedModule): void {
  loader.diagnostics.warning(
    'module-order',
    late.origin,
    `${late.name} is listed behind ${early.name}, which takes requests away from it`,
    `List "${late.name}" before "${early.name}" in server.modules.`,
  );
}
