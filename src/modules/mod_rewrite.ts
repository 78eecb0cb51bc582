/**
 * Changes the URL of a request, by rules for the URL asked for; the request then starts again with the new one, and
 * conditions are asked anew. Runs when the URL is known, before all other modules; the rules for missing files run
 * once the path on disk is known.
 */
import { type ConfigOf, stringMap } from '../config/directive.js';
import { defineModule, type ExplainLine } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { LoadedModule } from '../plugin/loaded-module.js';
import type { RequestState } from '../plugin/request-state.js';
import { keepCaptures, matchFailed, type RuleList, readRules } from '../plugin/rule-list.js';

const directives = {
  'url.rewrite-once': stringMap({
    scope: 'connection',
    since: '1.4.1',
    build: readRules,
    doc: 'Patterns for the URL path and query, and what to make of them; the first that matches ends all rewriting.',
    example: 'url.rewrite-once = ( "^/id/([0-9]+)$" => "/index.php?id=$1" )',
  }),
  'url.rewrite-final': stringMap({
    scope: 'connection',
    since: '1.4.1',
    build: readRules,
    doc: 'An old name of url.rewrite-once; its rules are asked after those.',
    example: 'url.rewrite-final = ( "^/id/([0-9]+)$" => "/index.php?id=$1" )',
  }),
  'url.rewrite': stringMap({
    scope: 'connection',
    since: '1.4.1',
    build: readRules,
    doc: 'An old name of url.rewrite-once; its rules are asked after those of both others.',
    example: 'url.rewrite = ( "^/id/([0-9]+)$" => "/index.php?id=$1" )',
  }),
  'url.rewrite-repeat': stringMap({
    scope: 'connection',
    since: '1.4.1',
    build: readRules,
    doc: 'Rules whose result is asked against all rules again, at most 100 times; asked after the other ones.',
    example: 'url.rewrite-repeat = ( "^/a/(.*)" => "/b/$1" )',
  }),
  'url.rewrite-if-not-file': stringMap({
    scope: 'connection',
    since: '1.4.24',
    build: readRules,
    doc: 'Rules for requests that are not of a regular file; the first that matches ends all rewriting.',
    example: 'url.rewrite-if-not-file = ( "^/([^?]*)(?:\\?(.*))?$" => "/index.php?q=$1&$2" )',
  }),
  'url.rewrite-repeat-if-not-file': stringMap({
    scope: 'connection',
    since: '1.4.24',
    build: readRules,
    doc: 'Rules for requests that are not of a regular file, whose result is asked against all rules again.',
    example: 'url.rewrite-repeat-if-not-file = ( "^/a/(.*)" => "/b/$1" )',
  }),
};

type Config = ConfigOf<typeof directives>;
type Key = keyof Config;

/** In the order in which they are asked, whatever the order in the file; the last one's rules repeat. */
const urlRules: readonly Key[] = [
  'url.rewrite-once',
  'url.rewrite-final',
  'url.rewrite',
  'url.rewrite-repeat',
];
const missingFileRules: readonly Key[] = ['url.rewrite-if-not-file', 'url.rewrite-repeat-if-not-file'];

const roundsMax = 100;

/** What mod_rewrite keeps of a rewritten request. */
interface Progress {
  rounds: number;
  /** A rule that does not repeat has matched: no more rewriting. */
  ended: boolean;
}

export const modRewrite = defineModule({
  name: 'mod_rewrite',
  directives,
  isUsed: (config) => Object.values(config).some((rules) => rules !== undefined && rules.length > 0),
  start: ({ settings, server, self }) => {
    keepCaptures(settings, server.conditions);
    return self;
  },
  hooks: { uriRaw: rewriteUrl, physical: rewriteMissingFile },
  decidesOnly: true,
  explain: findMatch,
});

function rewriteUrl(request: RequestState, config: Config, self: LoadedModule): HandlerResult {
  return rewrite(request, config, urlRules, self);
}

function rewriteMissingFile(request: RequestState, config: Config, self: LoadedModule): HandlerResult {
  if (request.handler !== null || lastBlockOf(config, missingFileRules) < 0) return HandlerResult.goOn;
  const entry = request.server.statCache.get(request.physical.path);
  if (typeof entry === 'object' && entry.isFile) return HandlerResult.goOn;
  return rewrite(request, config, missingFileRules, self);
}

function rewrite(
  request: RequestState,
  config: Config,
  keys: readonly Key[],
  self: LoadedModule,
): HandlerResult {
  const block = lastBlockOf(config, keys);
  if (block < 0) return HandlerResult.goOn;
  const progress = request.moduleData[self.index] as Progress | undefined;
  if (progress !== undefined) {
    if (++progress.rounds > roundsMax) return endlessLoop(request, block);
    if (progress.ended) return HandlerResult.goOn;
  }
  for (let i = 0; i < keys.length; i++) {
    const rules = config[keys[i]];
    if (rules === undefined || rules.block !== block) continue;
    const target = rules.apply(request);
    if (target === false) return matchFailed(request, 'mod_rewrite.c.351');
    if (target === null) return HandlerResult.goOn;
    if (target === undefined) continue;
    return startAgain(request, target, i < keys.length - 1, self);
  }
  return HandlerResult.goOn;
}

/** All lists of the last block that has any hold, and those of other blocks do not; -1 where there are no rules. */
function lastBlockOf(config: Config, keys: readonly Key[]): number {
  let block = -1;
  let rules = 0;
  for (let i = 0; i < keys.length; i++) {
    const list: RuleList | undefined = config[keys[i]];
    if (list === undefined || list.block < block) continue;
    rules = list.length + (list.block === block ? rules : 0);
    block = list.block;
  }
  return rules === 0 ? -1 : block;
}

/** The rule that `rewrite` takes; the path on disk is known only where files are missing. */
function findMatch(request: RequestState, config: Config): readonly ExplainLine[] {
  const keys = request.physical.path === '' ? urlRules : missingFileRules;
  const block = lastBlockOf(config, keys);
  const lists = keys.map((key) => config[key]).filter((rules) => rules?.block === block);
  return lists.map((rules) => rules?.explain(request) ?? []).find((lines) => lines.length > 0) ?? [];
}

function startAgain(
  request: RequestState,
  target: string,
  ended: boolean,
  self: LoadedModule,
): HandlerResult {
  if (!target.startsWith('/')) {
    request.conf.errorLog.error(
      'mod_rewrite.c.346',
      `mod_rewrite invalid result (not beginning with '/') while processing uri: ${request.target}`,
    );
    return HandlerResult.error;
  }
  request.target = target;
  request.physical.path = '';
  const progress = request.moduleData[self.index] as Progress | undefined;
  if (progress === undefined) request.moduleData[self.index] = { rounds: 0, ended } satisfies Progress;
  else progress.ended = ended;
  return HandlerResult.comeback;
}

function endlessLoop(request: RequestState, block: number): HandlerResult {
  const condition = request.server.tree.blocks[block].condition;
  const hint = condition
    ? `, perhaps you want to use url.rewrite-once instead of url.rewrite-repeat (${condition.text})`
    : '';
  request.conf.errorLog.error(
    condition ? 'mod_rewrite.c.290' : 'mod_rewrite.c.296',
    `ENDLESS LOOP IN rewrite-rule DETECTED ... aborting request${hint}`,
  );
  return HandlerResult.error;
}
