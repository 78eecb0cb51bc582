import type { Load } from './loads.js';
import { type RunningServer, startPinned } from './pinned.js';
import { describeRounds, runRounds } from './requests.js';
import type { ServerKind } from './servers.js';

const ruleCount = 1000;

interface RuleLoad extends Load {
  /** As `--only` names it. */
  readonly word: string;
  readonly config: readonly string[];
}

/** A list in which only the last rules but ten match: what the others cost is what is measured. */
function ruleLoad(
  word: string,
  directive: string,
  status: number,
  targetOf: (number: number) => string,
): RuleLoad {
  const lines = Array.from(
    { length: ruleCount },
    (_, number) => `  "^/page-${number}/(.*)$" => "${targetOf(number)}",`,
  );
  return {
    word,
    name: `${word}, ${ruleCount} rules`,
    path: `/page-${ruleCount - 10}/x`,
    status,
    connections: 32,
    config: [`server.modules += ( "mod_${word}" )`, `${directive} = (`, ...lines, ')'],
  };
}

const ruleLoads: readonly RuleLoad[] = [
  ruleLoad('rewrite', 'url.rewrite-once', 200, () => '/612.html?$1'),
  ruleLoad('redirect', 'url.redirect', 301, (number) => `/moved/${number}/$1`),
];

/** Names of `--only`. */
export const ruleWords: readonly string[] = ruleLoads.map(({ word }) => word);

/** Long lists of rules, on all servers that read the same configuration. */
export async function compareLongRules(
  kinds: readonly ServerKind[],
  folder: string,
  site: string,
  isWanted: (word: string) => boolean,
  options: { readonly rounds: number; readonly seconds: number; readonly onProgress: (text: string) => void },
): Promise<string> {
  const tables: string[] = [];
  for (const load of ruleLoads.filter(({ word }) => isWanted(word))) {
    const servers: RunningServer[] = [];
    try {
      for (const kind of kinds) servers.push(await startPinned(kind, folder, site, load.config));
      const rounds = await runRounds(servers, [load], { ...options, folder });
      tables.push(
        describeRounds(
          rounds,
          servers.map(({ name }) => name),
        ),
      );
    } finally {
      for (const server of servers) await server.stop();
    }
  }
  return tables.join('\n\n');
}
