// Where the time of one worker goes: runs it under the 612-byte load with V8's profiler, and prints the
// functions that took the most of it.
//
//   npm run bench:profile -- [--seconds 8] [--load small] [--top 20]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosenLoads, smallLoad } from './loads.js';
import { startPinned } from './pinned.js';
import { ours } from './servers.js';
import { makeSite } from './site.js';
import { formatFigure, formatTable } from './table.js';
import { measure } from './wrk.js';

/** What V8 writes at the end: a tree of calls, and which node each sample fell into. */
interface CpuProfile {
  /** Microseconds. */
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** What V8 counts while nothing is to be done. */
const waiting = new Set(['(idle)', '(root)']);

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    load: { type: 'string', default: 'small' },
    top: { type: 'string', default: '20' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'profile-'));
try {
  const load = chosenLoads([values.load])[0] ?? smallLoad;
  // inherited by all processes of the server
  process.env['PROFILE_FOLDER'] = folder;
  process.env['NODE_OPTIONS'] = `--import=${new URL('profiled-process.js', import.meta.url)}`;
  const loadTime = { from: 0, to: 0 };
  const server = await startPinned(ours, folder, makeSite(folder));
  try {
    loadTime.from = monotonicMicroseconds();
    const { requestsPerSecond } = await measure(server, load, Number(values.seconds), folder);
    loadTime.to = monotonicMicroseconds();
    console.log(`${load.name}: ${formatFigure(requestsPerSecond)} requests a second under the profiler\n`);
  } finally {
    await server.stop();
  }
  const profile = between(busiestProfile(folder), loadTime.from, loadTime.to);
  console.log(hottestFunctions(profile, Number(values.top)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Supervisor and worker each write one; the worker's holds the time that was not spent waiting. */
function busiestProfile(profiles: string): CpuProfile {
  const all = readdirSync(profiles)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name): CpuProfile => JSON.parse(readFileSync(join(profiles, name), 'utf8')));
  const [busiest] = all.toSorted((a, b) => busySamples(b) - busySamples(a));
  if (!busiest) throw new Error('no profile was written: the server did not end by itself');
  return busiest;
}

function busySamples(profile: CpuProfile): number {
  const busy = new Set(
    profile.nodes.filter(({ callFrame }) => !waiting.has(callFrame.functionName)).map(({ id }) => id),
  );
  return profile.samples.filter((id) => busy.has(id)).length;
}

/** The part of the profile between two times of the system's monotonic clock, which is the profiler's, too. */
function between(profile: CpuProfile, from: number, to: number): CpuProfile {
  let now = profile.startTime;
  const samples = profile.samples.filter((_, index) => {
    now += profile.timeDeltas[index] ?? 0;
    return now >= from && now <= to;
  });
  return { ...profile, samples };
}

function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** The share of a function's own code, without what it calls, in the time that was not spent waiting. */
function hottestFunctions(profile: CpuProfile, count: number): string {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url.replace(/^.*\/dist\//, '').replace(/^file:\/\//, '');
      return [id, [functionName || '(anonymous)', place ? `${place}:${lineNumber + 1}` : ''].join('  ')];
    }),
  );
  const own = new Map<string, number>();
  for (const id of profile.samples) {
    const name = names.get(id) ?? '';
    if (!waiting.has(name.trim())) own.set(name, (own.get(name) ?? 0) + 1);
  }
  const total = busySamples(profile);
  const rows = [...own]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, samples]) => [name, `${((100 * samples) / total).toFixed(1)} %`]);
  return formatTable(['function, and where it stands in dist/', 'own time'], rows);
}
