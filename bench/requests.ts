import type { Load } from './loads.js';
import type { RunningServer } from './pinned.js';
import { formatFigure, formatTable, median, medianShare } from './table.js';
import { type Measurement, measure } from './wrk.js';

/** Measurements by load and server, a value a round. */
export type Rounds = ReadonlyMap<Load, ReadonlyMap<string, readonly Measurement[]>>;

interface RoundOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly folder: string;
  readonly onProgress: (text: string) => void;
}

/** Every load on every server, by turns, so that a change in the machine's mood meets all of them. */
export async function runRounds(
  servers: readonly RunningServer[],
  loads: readonly Load[],
  { rounds, seconds, folder, onProgress }: RoundOptions,
): Promise<Rounds> {
  const all = new Map(
    loads.map((load) => [load, new Map(servers.map(({ name }) => [name, [] as Measurement[]]))]),
  );
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? servers : servers.toReversed();
    for (const load of loads) {
      for (const server of order) {
        onProgress(`round ${round + 1} of ${rounds}: ${load.name}, ${server.name}`);
        const measurement = await measure(server, load, seconds, folder);
        all.get(load)?.get(server.name)?.push(measurement);
      }
    }
  }
  return all;
}

interface Figure {
  readonly title: string;
  readonly of: (measurement: Measurement) => number;
  /** Whether the first server's share of each other one's figure is shown. */
  readonly ratios: boolean;
}

const figures: readonly Figure[] = [
  { title: 'Requests a second', of: (one) => one.requestsPerSecond, ratios: true },
  { title: 'Server CPU time a request, µs', of: (one) => one.cpuMicrosecondsPerRequest, ratios: true },
  { title: 'Latency p50, ms', of: (one) => one.latencyMillisecondsP50, ratios: false },
  { title: 'Latency p99, ms', of: (one) => one.latencyMillisecondsP99, ratios: false },
];

/**
 * A table a figure: a line a load, a column a server, and how the first one relates to the others. Each round has its
 * own share, and theirs is the median that is shown: a machine's mood holds for longer than a round.
 */
export function describeRounds(rounds: Rounds, names: readonly string[]): string {
  const [first = '', ...others] = names;
  return figures
    .map(({ title, of, ratios }) => {
      const header = [title, ...names, ...(ratios ? others.map((name) => `to ${name}`) : [])];
      const rows = [...rounds].map(([load, byServer]) => {
        const values = (name: string) => (byServer.get(name) ?? []).map(of);
        const share = (name: string) => medianShare(values(first), values(name)).toFixed(2);
        const shares = ratios ? others.map(share) : [];
        return [load.name, ...names.map((name) => formatFigure(median(values(name)))), ...shares];
      });
      return formatTable(header, rows);
    })
    .join('\n\n');
}
