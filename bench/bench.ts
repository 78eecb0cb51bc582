// Compares lighttpd-ts with Debian's lighttpd and with nginx, each if it is installed: the same files, one
// core for the server, another one for the load.
//
//   npm run bench -- [--rounds 5] [--seconds 3] [--only small,404,tls,http2,memory,modules,gateways,rewrite,redirect]
//     [--without nginx]
//
// --only takes names of loads (or parts of them), `tls`, `http2` (with h2load), `memory`, `modules`, `gateways`,
// `rewrite` and `redirect`. Needs wrk and taskset.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareGateways } from './gateways.js';
import { compareHttp2 } from './http2.js';
import { compareIdleModules } from './idle-modules.js';
import { chosenLoads } from './loads.js';
import { compareLongRules, ruleWords } from './long-rules.js';
import { describeMemory, type MemoryUse, measureMemory } from './memory.js';
import { loadCore, type RunningServer, serverCore, startPinned } from './pinned.js';
import { describeRounds, runRounds } from './requests.js';
import { ours, type ServerKind, serverKinds } from './servers.js';
import { makeSite } from './site.js';
import { compareTls } from './tls.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    without: { type: 'string', default: '' },
  },
});

const words = (text: string) => text.split(',').filter((word) => word !== '');
const only = words(values.only);
const isLoad = (word: string) =>
  !['memory', 'modules', 'tls', 'http2', 'gateways', ...ruleWords].includes(word);
const wants = (part: string) => only.length === 0 || only.includes(part);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const onProgress = (text: string) => process.stderr.write(`${text}\n`);

for (const program of ['wrk', 'taskset']) {
  if (spawnSync(program, ['--version']).error) {
    console.error(`${program} is not installed: apt-get install wrk util-linux`);
    process.exit(2);
  }
}

const kinds = serverKinds.filter((kind) => kind.isInstalled() && !words(values.without).includes(kind.name));
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  const site = makeSite(folder);
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  console.log(
    `Medians of ${rounds} rounds of ${seconds} s, shares too; server on core ${serverCore}, wrk on core ${loadCore}.\n`,
  );
  const chosen = chosenLoads(only.filter(isLoad));
  const asksForLoads = only.length === 0 || only.some(isLoad);
  if (asksForLoads) await reportRequests(site, chosen);
  if (wants('tls'))
    console.log(`${await compareTls(kinds, folder, site, { rounds, seconds, onProgress })}\n`);
  if (wants('http2'))
    console.log(`${await compareHttp2(kinds, folder, site, { rounds, seconds, onProgress })}\n`);
  if (wants('gateways'))
    console.log(`${await compareGateways(kinds, folder, site, { rounds, seconds, onProgress })}\n`);
  if (wants('memory')) await reportMemory(site);
  if (wants('modules') && kinds.includes(ours)) {
    console.log(`${await compareIdleModules(folder, site, { rounds, seconds, onProgress })}\n`);
  }
  if (ruleWords.some(wants)) {
    const sameConfig = kinds.filter(({ name }) => name !== 'nginx');
    console.log(
      `${await compareLongRules(sameConfig, folder, site, wants, { rounds, seconds, onProgress })}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function reportRequests(site: string, chosen: ReturnType<typeof chosenLoads>): Promise<void> {
  const servers: RunningServer[] = [];
  try {
    for (const kind of kinds) servers.push(await startPinned(kind, folder, site));
    const results = await runRounds(servers, chosen, { rounds, seconds, folder, onProgress });
    console.log(
      `${describeRounds(
        results,
        servers.map(({ name }) => name),
      )}\n`,
    );
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** One server at a time, freshly started. */
async function reportMemory(site: string): Promise<void> {
  const uses: MemoryUse[] = [];
  for (const kind of kinds) {
    try {
      uses.push(await measureOne(kind, site));
    } catch (error) {
      // one that cannot hold so many connections on this machine leaves the others their figures
      console.log(`memory of ${kind.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(`${describeMemory(uses)}\n`);
}

async function measureOne(kind: ServerKind, site: string): Promise<MemoryUse> {
  onProgress(`memory: ${kind.name}`);
  const server = await startPinned(kind, folder, site);
  try {
    return await measureMemory(server);
  } finally {
    await server.stop();
  }
}
