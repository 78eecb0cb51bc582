import type { SourceFile } from '../base/source-range.js';
import type { ConfigTree, ConfigValue } from '../config/tree.js';

/** What is needed of a plan to compare it. */
interface ReadPlan {
  readonly tree: ConfigTree;
  readonly restartKeys: readonly string[];
}

/** Was the same text read? */
export function hasSameText(a: ConfigTree, b: ConfigTree): boolean {
  return changedSources(a, b).length === 0;
}

/** Sentences for the log: which files and directives have changed, and what of it needs a restart. */
export function describeChanges(before: ReadPlan, after: ReadPlan): string[] {
  const sources = changedSources(before.tree, after.tree);
  const keys = changedDirectives(before.tree, after.tree).filter((key) => !key.startsWith('var.'));
  const what = sources.length === 0 ? 'the configuration reads as before' : `${sources.join(', ')} changed`;
  const which = keys.length === 0 ? '' : `: ${keys.join(', ')}`;
  const lines = [`reloaded; ${what}${which}`];
  const kept = keys.filter((key) => after.restartKeys.includes(key.toLowerCase()));
  if (kept.length > 0) lines.push(`not changed until the server is started anew: ${kept.join(', ')}`);
  return lines;
}

/** Names of the texts that are new, gone, or other ones than before. */
function changedSources(before: ConfigTree, after: ConfigTree): string[] {
  const [old, now] = [before, after].map(({ sources }) => textsByName(sources));
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].filter((name) => old.get(name) !== now.get(name));
}

/** Directives (and variables) that another value was set for, in whatever block. */
function changedDirectives(before: ConfigTree, after: ConfigTree): string[] {
  const [old, now] = [before, after].map(settingsByPlace);
  const places = new Set([...old.keys(), ...now.keys()]);
  const changed = [...places].filter((place) => old.get(place) !== now.get(place));
  return [...new Set(changed.map((place) => place.slice(place.indexOf('\n') + 1)))].sort();
}

/** A text that is included twice stands twice in the list; both have to be the same. */
function textsByName(sources: readonly SourceFile[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { name, text } of sources) texts.set(name, `${texts.get(name) ?? ''}\0${text}`);
  return texts;
}

/** By the conditions around a setting, and its name. */
function settingsByPlace({ blocks }: ConfigTree): Map<string, string> {
  const settings = new Map<string, string>();
  for (const block of blocks) {
    const conditions: string[] = [];
    for (let at = block; at.index !== 0; at = blocks[at.parent]) conditions.push(at.condition?.text ?? '');
    for (const { key, value } of block.settings)
      settings.set(`${conditions.reverse().join(' > ')}\n${key}`, plainText(value));
  }
  return settings;
}

function plainText(value: ConfigValue): string {
  if (value.type !== 'array') return JSON.stringify(value.value);
  return JSON.stringify(value.elements.map((element) => [element.key, plainText(element.value)]));
}
