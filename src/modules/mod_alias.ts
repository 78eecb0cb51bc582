/**
 * Serves parts of the URL from folders outside of the document root. Runs once the path on disk is known, and
 * replaces its beginning.
 */
import { lowerAscii } from '../base/ascii.js';
import type { Origin } from '../base/source-range.js';
import { type ConfigOf, type KeyAndText, type ReadContext, stringMap } from '../config/directive.js';
import type { ArrayValue } from '../config/tree.js';
import { answerError } from '../plugin/answer.js';
import { defineModule, type ExplainLine } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

const directives = {
  'alias.url': stringMap({
    scope: 'connection',
    since: '1.4.1',
    build: readAliases,
    doc: 'Folders (or files) by the beginning of the URL path that they are served under; the first that fits is taken.',
    example: 'alias.url = ( "/doc/" => "/usr/share/doc/" )',
  }),
};

type Config = ConfigOf<typeof directives>;

interface Alias extends KeyAndText {
  readonly origin: Origin;
}

export const modAlias = defineModule({
  name: 'mod_alias',
  directives,
  isUsed: (config) => (config['alias.url']?.length ?? 0) > 0,
  hooks: { physical: useAlias },
  decidesOnly: true,
  explain: explainAlias,
});

function useAlias(request: RequestState, config: Config): HandlerResult {
  const { physical } = request;
  const baseLength = baseLengthOf(request);
  const alias = findAlias(request, config);
  if (alias === undefined) return HandlerResult.goOn;

  const rest = physical.path.slice(baseLength + alias.key.length);
  if (leavesFolder(alias, rest)) return answerError(request, 403);
  physical.path = alias.value + rest;
  physical.basedir = alias.value;
  return HandlerResult.goOn;
}

/** The length of the part of the path that is not the URL's, without a slash at its end. */
function baseLengthOf({ physical: { basedir } }: RequestState): number {
  return basedir.length - (basedir.endsWith('/') ? 1 : 0);
}

function findAlias(request: RequestState, config: Config): Alias | undefined {
  const aliases = config['alias.url'];
  const { path } = request.physical;
  const baseLength = baseLengthOf(request);
  if (aliases === undefined || path === '' || path.length < baseLength) return undefined;
  return aliasOf(aliases, path, baseLength, request.conf.forceLowercaseFilenames);
}

function explainAlias(request: RequestState, config: Config): readonly ExplainLine[] {
  const alias = findAlias(request, config);
  return alias ? [{ text: `"${alias.key}" is served from "${alias.value}"`, origin: alias.origin }] : [];
}

/** The first alias whose key stands at that place of the path. */
function aliasOf(
  aliases: readonly Alias[],
  path: string,
  at: number,
  ignoreCase: boolean,
): Alias | undefined {
  if (ignoreCase) {
    const lower = lowerAscii(path);
    return aliases.find((alias) => lower.startsWith(lowerAscii(alias.key), at));
  }
  for (let i = 0; i < aliases.length; i++) if (path.startsWith(aliases[i].key, at)) return aliases[i];
  return undefined;
}

/**
 * `/x` => `/srv/files/` makes `/x../secret` into `/srv/files/../secret`: a key without a slash and a value with one
 * must not be followed by a dot segment.
 */
function leavesFolder({ key, value }: KeyAndText, rest: string): boolean {
  return !key.endsWith('/') && key !== '' && value.endsWith('/') && /^\.\.?(?:\/|$)/.test(rest);
}

function readAliases({ elements }: ArrayValue, context: ReadContext): readonly Alias[] | undefined {
  const aliases: Alias[] = [];
  for (const { key, value } of elements) {
    const name = key ?? '';
    const first = aliases.find((alias) => name.startsWith(alias.key));
    if (first !== undefined) {
      context.fail(
        `${context.key}: "${name}" will never match, as "${first.key}" stands before it and matches first`,
        `Put "${name}" before "${first.key}".`,
        value.origin,
      );
    }
    aliases.push({ key: name, value: value.type === 'string' ? value.value : '', origin: value.origin });
  }
  return aliases;
}
