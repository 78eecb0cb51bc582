import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type ExchangeOptions, type ExchangeResult, exchange, type Step } from './exchange.js';
import { type FileTree, joinLines, layOutFiles, type Text } from './lay-out.js';
import { accepts, freePort } from './ports.js';
import { serverCommand, startProgram, stopProgram } from './programs.js';
import type { RawResponse } from './read-response.js';
import { until } from './until.js';

/** A server that a test started, in a folder and on a port of its own. */
export interface TestServer {
  readonly port: number;
  readonly root: string;
  readonly url: string;
  readonly pid: number;
  /** What it has written so far; without `server.errorlog` that is the error log. */
  readonly output: () => string;
  /** Sends the steps over one connection. */
  readonly send: (
    steps: string | readonly Step[],
    options?: Omit<ExchangeOptions, 'port' | 'steps'>,
  ) => Promise<ExchangeResult>;
  /** One GET over HTTP/1.1. */
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<RawResponse>;
  /** Ends the server and removes its folder. */
  readonly stop: () => Promise<void>;
}

const startWithinMs = 15_000;

/** A test that fails half way leaves its server behind: it ends with the test file. */
const running = new Set<() => Promise<void>>();
after(async () => {
  for (const stop of running) await stop();
});

/** What every test needs; a configuration that sets one of these itself goes without it. */
const basics = ['server.bind = "127.0.0.1"', 'server.port = @PORT@', 'server.document-root = "@ROOT@/www"'];

/**
 * Starts the server on a configuration, with `@ROOT@` and `@PORT@` filled in, in files too. Files below `www/`
 * are the site; `args` are further arguments. Fails where the server does not come up, with what it said.
 */
export async function startServer(
  config: Text,
  files: FileTree = {},
  args: readonly string[] = [],
): Promise<TestServer> {
  const root = mkdtempSync(join(tmpdir(), 'lighttpd-ts-'));
  chmodSync(root, 0o755);
  const port = await freePort();
  const fill = (text: string) => text.replaceAll('@ROOT@', root).replaceAll('@PORT@', String(port));
  mkdirSync(join(root, 'www'));
  layOutFiles(root, files, fill);
  const own = joinLines(config);
  const missing = basics.filter((line) => !own.includes(line.slice(0, line.indexOf(' '))));
  const file = join(root, 'lighttpd.conf');
  writeFileSync(file, fill(`${missing.join('\n')}\n${own}`));
  const program = startProgram([...serverCommand, '-D', ...args, '-f', file], { cwd: root });
  const stop = async () => {
    running.delete(stop);
    await stopProgram(program);
    rmSync(root, { recursive: true, force: true });
  };
  running.add(stop);
  const log = /^server\.errorlog *= *"(\/[^"]*)"/m.exec(fill(own))?.[1];
  const said = () =>
    program.output() + (log !== undefined && existsSync(log) ? readFileSync(log, 'latin1') : '');
  const isKnown = log !== undefined || !own.includes('server.errorlog');
  // its sockets take connections before its workers run; the line comes when they do
  const isStarted = () => !isKnown || said().includes('server started');
  const accepted = await accepts(port, '127.0.0.1', program.hasEnded);
  if (accepted) await until(() => isStarted() || program.hasEnded(), startWithinMs);
  if (!accepted || !isStarted()) {
    await stop();
    assert.fail(`the server did not start: ${said()}`);
  }
  const send: TestServer['send'] = (steps, options) =>
    exchange({ port, steps: typeof steps === 'string' ? [steps] : steps, ...options });
  return {
    port,
    root,
    url: `http://127.0.0.1:${port}`,
    pid: program.child.pid ?? 0,
    output: program.output,
    send,
    get: async (path, headers = {}) =>
      firstResponse(await send(getRequest(path, headers), { expectClose: true })),
    stop,
  };
}

function getRequest(path: string, headers: Readonly<Record<string, string>>): string {
  const fields = { Host: 'localhost', Connection: 'close', ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export function firstResponse({ responses }: ExchangeResult): RawResponse {
  const response = responses.find((one) => 'bad' in one || !one.interim);
  if (response === undefined) assert.fail('no response came');
  if ('bad' in response) assert.fail(`not a response: ${response.bad}`);
  return response;
}
