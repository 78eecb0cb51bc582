import type { PlacedSetting } from '../config/load-settings.js';
import type { DiagnosticList } from '../diagnostics/diagnostic.js';
import { loadAllTables } from './registry.js';
import { similarNames } from './similar-names.js';

/** Warns of settings that no loaded table has: of modules that are not loaded, and of names that nobody knows. */
export async function warnOfUnread(
  settings: readonly PlacedSetting[],
  diagnostics: DiagnosticList,
): Promise<void> {
  if (settings.length === 0) return;
  const tables = await loadAllTables();
  const keys = tables.flatMap(({ directives }) => Object.keys(directives));
  const owners = new Map(
    tables.flatMap(({ name, directives }) => Object.keys(directives).map((key) => [key.toLowerCase(), name])),
  );
  const similar = new Map<string, readonly string[]>();
  for (const { setting } of settings) {
    const lower = setting.key.toLowerCase();
    const owner = owners.get(lower);
    if (owner !== undefined) {
      warnOfUnused(setting, owner, diagnostics);
      continue;
    }
    // large configurations repeat their slips
    if (!similar.has(lower)) similar.set(lower, similarNames(lower, keys));
    warnOfUnknown(setting, similar.get(lower) ?? [], diagnostics);
  }
}

type Setting = PlacedSetting['setting'];

function warnOfUnknown(
  { key, origin }: Setting,
  similar: readonly string[],
  diagnostics: DiagnosticList,
): void {
  const detail = similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : undefined;
  const summary = `${key} is no directive of any lighttpd 1.4; it has no effect`;
  diagnostics.warning('unknown-directive', origin, summary, detail);
}

function warnOfUnused({ key, origin }: Setting, owner: string, diagnostics: DiagnosticList): void {
  const lower = key.toLowerCase();
  // without dir-listing.activate, mod_dirlisting is not meant to be loaded
  if (lower.startsWith('dir-listing.') && lower !== 'dir-listing.activate') return;
  const summary = `${key} has no effect: ${owner} is not loaded`;
  const detail = `Add "${owner}" to server.modules, or remove the line.`;
  diagnostics.warning('directive-not-used', origin, summary, detail);
}
