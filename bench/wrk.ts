import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { get as getOverTls } from 'node:https';
import { join } from 'node:path';
import type { Load } from './loads.js';
import { type RunningServer, runLoad } from './pinned.js';

/** What one run of the load generator showed. */
export interface Measurement {
  readonly requestsPerSecond: number;
  readonly cpuMicrosecondsPerRequest: number;
  readonly latencyMillisecondsP50: number;
  readonly latencyMillisecondsP99: number;
}

/** Puts a load on a server for some seconds. Fails where the answers are not those of the load. */
export async function measure(
  server: RunningServer,
  load: Load,
  seconds: number,
  folder: string,
): Promise<Measurement> {
  const headers = await requestHeaders(server, load);
  const cpuBefore = server.cpuSeconds();
  const output = await wrk(server, load, headers, seconds, folder);
  const cpuSeconds = server.cpuSeconds() - cpuBefore;
  const figure = (pattern: RegExp): string => {
    const match = pattern.exec(output);
    if (!match) throw new Error(`wrk said something unexpected of ${server.name}, ${load.name}:\n${output}`);
    return match[1] ?? '';
  };
  const requests = Number(figure(/(\d+) requests in/));
  const errors = /Socket errors: .*/.exec(output)?.[0];
  if (errors && !/connect 0, read 0, write 0, timeout 0/.test(errors)) {
    throw new Error(`${server.name}, ${load.name}: ${errors}`);
  }
  return {
    requestsPerSecond: Number(figure(/Requests\/sec:\s+([\d.]+)/)),
    cpuMicrosecondsPerRequest: (cpuSeconds / requests) * 1e6,
    latencyMillisecondsP50: milliseconds(figure(/^ +50% +(\S+) *$/m)),
    latencyMillisecondsP99: milliseconds(figure(/^ +99% +(\S+) *$/m)),
  };
}

/** Asks once, so that the load is sure to get the answer it is named after. */
async function requestHeaders(server: RunningServer, load: Load): Promise<Readonly<Record<string, string>>> {
  const own = load.headers ?? {};
  const headers = load.revalidates ? { ...own, 'If-None-Match': (await ask(server, load, own)).etag } : own;
  const { status } = await ask(server, load, headers);
  if (status !== load.status)
    throw new Error(`${server.name} answers ${load.path} with ${status}, not ${load.status}`);
  return headers;
}

function ask(
  { port }: RunningServer,
  { path, isTls }: Load,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; etag: string }> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path, headers, agent: false, rejectUnauthorized: false };
    (isTls ? getOverTls : get)(options, (response) => {
      resolve({ status: response.statusCode ?? 0, etag: response.headers.etag ?? '' });
      response.destroy();
    }).on('error', reject);
  });
}

function wrk(
  server: RunningServer,
  load: Load,
  headers: Readonly<Record<string, string>>,
  seconds: number,
  folder: string,
): Promise<string> {
  const options = ['-t1', `-c${load.connections}`, `-d${seconds}s`, '--timeout', '20s', '--latency'];
  for (const [name, value] of Object.entries(headers)) options.push('-H', `${name}: ${value}`);
  // a script costs the generator time for each request, so only the load that needs one has one
  if (load.pipelined) options.push('-s', writePipeline(folder, load.path, load.pipelined));
  options.push(`${load.isTls ? 'https' : 'http'}://127.0.0.1:${server.port}${load.path}`);
  return runLoad('wrk', options);
}

function writePipeline(folder: string, path: string, count: number): string {
  const file = join(folder, 'pipeline.lua');
  const lines = [
    'local requests',
    `init = function() requests = string.rep(wrk.format('GET', '${path}'), ${count}) end`,
    'request = function() return requests end',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const unitMilliseconds: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

function milliseconds(text: string): number {
  const match = /^([\d.]+)(us|ms|s|m)$/.exec(text);
  if (!match) throw new Error(`not a time: ${text}`);
  return Number(match[1]) * (unitMilliseconds[match[2] ?? ''] ?? Number.NaN);
}
