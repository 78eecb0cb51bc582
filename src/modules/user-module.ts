import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importModule } from '../base/import-module.js';
import { array, arrayMap, bool, int, list, map, short, string, stringMap } from '../config/directive.js';
import { type AnyModule, defineModule } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';

/** What a module of the module folder works with: it cannot import from this package by name. */
const toolkit = {
  defineModule,
  HandlerResult,
  bool,
  short,
  int,
  string,
  list,
  stringMap,
  map,
  arrayMap,
  array,
};

/**
 * Loads `NAME.mjs` or `NAME.js` from the module folder (`-m`): an ES module whose default export is what
 * `defineModule` gives, or a function that gets the toolkit and gives that. Null where there is no such file; a
 * sentence where it is not a module.
 */
export async function loadUserModule(moduleDir: string, name: string): Promise<AnyModule | string | null> {
  if (!/^[\w.-]+$/.test(name)) return null;
  for (const extension of ['.mjs', '.js']) {
    const url = pathToFileURL(resolve(moduleDir, name + extension)).href;
    try {
      const { default: exported } = (await importModule(url)) as { default?: unknown };
      return asModule(typeof exported === 'function' ? exported(toolkit) : exported, name);
    } catch (error) {
      if (!isMissing(error, url)) return `${name}${extension}: ${(error as Error).message}`;
    }
  }
  return null;
}

function isMissing(error: unknown, url: string): boolean {
  const { code, url: missing } = error as { code?: string; url?: string };
  return code === 'ERR_MODULE_NOT_FOUND' && missing === url;
}

function asModule(exported: unknown, name: string): AnyModule | string {
  if (typeof exported !== 'object' || exported === null)
    return `${name} has no default export that defineModule made`;
  const { name: ownName, directives } = exported as Partial<AnyModule>;
  if (ownName !== name) return `the module in ${name} calls itself ${ownName}`;
  if (typeof directives !== 'object' || directives === null) return `${name} has no directives table`;
  return exported as AnyModule;
}
