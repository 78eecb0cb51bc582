// How long a configuration takes: `-tt` of a usual one beside the start of an empty Node program, and one with
// 5,000 virtual hosts. Each with its limit; exit status 1 where one is passed.
//
//   npm run bench:config -- [--rounds 7]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { manyHostsConfig, siteConfig } from './config-texts.js';
import { formatFigure, formatTable, median } from './table.js';

/** One run of a program. */
interface Run {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly peakMegabytes: number;
}

const tooMuch = 'TOO MUCH';
const hosts = 5000;
const hostsMillisecondsMax = 2000;
const hostsMegabytesMax = 400;
/** What a program says when it ends: time in both modes, and its size at its largest. */
const usageReport =
  'process.on("exit", () => { const u = process.resourceUsage();' +
  ' console.error("usage", u.userCPUTime + u.systemCPUTime, u.maxRSS) })';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);
const program = fileURLToPath(new URL('../../bin/lighttpd-ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-config-'));
try {
  const node = medianRun([write('empty.cjs', '')]);
  const site = medianRun([program, '-tt', '-f', write('site.conf', siteConfig())]);
  const manyHosts = medianRun([program, '-p', '-f', write('hosts.conf', manyHostsConfig(hosts))]);
  const rows = [
    row('empty Node program', node),
    row('-tt of 300 lines', site, 1.3 * node.milliseconds + 100),
    row(`${hosts} hosts, read and printed`, manyHosts, hostsMillisecondsMax, hostsMegabytesMax),
  ];
  console.log(`Medians of ${rounds} runs.\n`);
  console.log(formatTable(['', 'ms', 'at most', 'of that CPU', 'peak MB', 'at most', ''], rows));
  process.exitCode = rows.some((cells) => cells.includes(tooMuch)) ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function medianRun(args: readonly string[]): Run {
  const runs = Array.from({ length: rounds }, () => run(args));
  return {
    milliseconds: median(runs.map((one) => one.milliseconds)),
    cpuMilliseconds: median(runs.map((one) => one.cpuMilliseconds)),
    peakMegabytes: median(runs.map((one) => one.peakMegabytes)),
  };
}

function run(args: readonly string[]): Run {
  const start = performance.now();
  const preload = `--import=data:text/javascript,${encodeURIComponent(usageReport)}`;
  const result = spawnSync(process.execPath, [preload, ...args], { encoding: 'utf8', maxBuffer: 1e9 });
  const milliseconds = performance.now() - start;
  const usage = /^usage (\d+) (\d+)$/m.exec(result.stderr);
  if (result.status !== 0 || !usage) throw new Error(`${args.join(' ')} failed: ${result.stderr}`);
  return { milliseconds, cpuMilliseconds: Number(usage[1]) / 1000, peakMegabytes: Number(usage[2]) / 1000 };
}

function row(title: string, one: Run, millisecondsMax?: number, megabytesMax?: number): readonly string[] {
  const isRight =
    one.milliseconds <= (millisecondsMax ?? Infinity) && one.peakMegabytes <= (megabytesMax ?? Infinity);
  const limit = (value?: number) => (value === undefined ? '' : formatFigure(value));
  return [
    title,
    formatFigure(one.milliseconds),
    limit(millisecondsMax),
    formatFigure(one.cpuMilliseconds),
    formatFigure(one.peakMegabytes),
    limit(megabytesMax),
    isRight ? '' : tooMuch,
  ];
}
