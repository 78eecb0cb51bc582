import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exchange, type Step } from '../helpers/exchange.js';
import { joinLines, layOutFiles } from '../helpers/lay-out.js';
import { accepts, freePort } from '../helpers/ports.js';
import { type Program, runProgram, startProgram, stopProgram } from '../helpers/programs.js';
import { differences } from './compare.js';
import { digestText } from './digest-step.js';
import { observe, replaceAll } from './observe.js';
import { Placeholders } from './placeholders.js';
import { type Protocol, protocols } from './protocol.js';
import {
  type ConfigCase,
  type FileCase,
  helpersFolder,
  type RequestCase,
  type Suite,
  type SuiteStep,
} from './suite.js';

/** A case, and how the server differs from the reference in it: not at all where it passed. */
export interface CaseResult {
  readonly name: string;
  readonly differences: readonly string[];
}

interface RunOptions {
  /** How the server is started; `-D -f FILE` and the like are put behind. */
  readonly server: readonly string[];
  /** Only cases with such a name. */
  readonly wants?: (name: string) => boolean;
  /** HTTP/1 in the clear where nothing else is said. */
  readonly protocol?: Protocol;
  /** `server.max-worker`, where the suite does not set it. */
  readonly workers?: number;
}

/** A suite being run: its folder, its ports, and how to start the server in it. */
interface Run {
  readonly suite: Suite;
  readonly server: readonly string[];
  readonly protocol: Protocol;
  readonly workers: number;
  readonly root: string;
  readonly ports: ReadonlyMap<string, number>;
  readonly placeholders: Placeholders;
  readonly env: NodeJS.ProcessEnv;
}

const settleMs = 50;

/** Runs the cases of a suite, one after the other, in a folder and on ports of their own. */
export async function runSuite(suite: Suite, options: RunOptions): Promise<readonly CaseResult[]> {
  const wanted = <T extends { readonly name: string }>(cases: readonly T[] = []) =>
    cases.filter(({ name }) => options.wants?.(name) ?? true);
  const run = await prepare(suite, options);
  const results: CaseResult[] = [];
  try {
    for (const test of wanted(suite.config_cases)) results.push(await runConfigCase(run, test));
    const cases = wanted(suite.cases);
    if (cases.length > 0) results.push(...(await runRequestCases(run, cases)));
    for (const test of wanted(suite.after)) results.push(compareFile(run, test));
  } finally {
    rmSync(run.root, { recursive: true, force: true });
  }
  return results;
}

async function prepare(
  suite: Suite,
  { server, protocol = protocols['h1'] as Protocol, workers = 0 }: RunOptions,
): Promise<Run> {
  const root = mkdtempSync(join(tmpdir(), 'conformance-'));
  // helpers and programs may run as another user
  chmodSync(root, 0o755);
  const ports = new Map([['', await freePort()]]);
  for (const name of suite.ports ?? []) ports.set(name, await freePort());
  for (const { name } of suite.helpers ?? []) ports.set(name, await freePort());
  const placeholders = new Placeholders(root, ports);
  layOutFiles(root, suite.files ?? {}, (text) => placeholders.fill(text));
  for (const folder of ['log', 'run', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  const env = { ...process.env };
  for (const [name, value] of Object.entries(suite.env ?? {})) env[name] = placeholders.fill(value);
  return { suite, server, protocol, workers, root, ports, placeholders, env };
}

async function runConfigCase(run: Run, test: ConfigCase): Promise<CaseResult> {
  const { root, env, placeholders } = run;
  const file = join(root, 'case.conf');
  writeFileSync(file, placeholders.fill(joinLines(test.config)));
  layOutFiles(root, test.files ?? {}, (text) => placeholders.fill(text));
  const found: string[] = [];
  const verdict = await runProgram([...run.server, '-tt', '-f', file], { cwd: root, env });
  const accepted = verdict.status === 0;
  if (accepted !== test.expect.accepted) {
    const said = (verdict.stderr || verdict.stdout).trim().slice(0, 300);
    found.push(`accepted: expected ${test.expect.accepted}, got ${accepted}: ${said}`);
  }
  if (test.print) {
    const result = await runProgram([...run.server, '-p', '-f', file], { cwd: root, env });
    const printed = result.status === 0 ? tidyPrint(result.stdout, placeholders) : null;
    if (printed !== test.expect.print)
      found.push(`printed: expected\n${test.expect.print}\n--- got\n${printed}`);
  }
  return { name: test.name, differences: found };
}

/** The number of the process goes first: it may be that of a port. */
function tidyPrint(text: string, placeholders: Placeholders): string {
  return placeholders
    .takeBack(text.replace(/(var\.PID\s*=) \d+/, '$1 <pid>'))
    .replace(/[ \t]+$/gm, '')
    .trim();
}

async function runRequestCases(run: Run, cases: readonly RequestCase[]): Promise<readonly CaseResult[]> {
  const programs: Program[] = [];
  try {
    for (const helper of run.suite.helpers ?? []) programs.push(await startHelper(run, helper));
    const file = join(run.root, 'lighttpd.conf');
    const config = run.placeholders.fill(joinLines(run.suite.config ?? ''));
    const extra = [...run.protocol.prepare(run.root)];
    if (run.workers > 0 && !config.includes('server.max-worker'))
      extra.push(`server.max-worker = ${run.workers}`);
    writeFileSync(file, `${config}\n${extra.join('\n')}\n`);
    const server = startProgram([...run.server, '-D', '-f', file], { cwd: run.root, env: run.env });
    programs.push(server);
    if (!(await accepts(mainPort(run), hostOf(run), server.hasEnded))) {
      const difference = `the server did not start: ${server.output().trim().slice(-600)}`;
      return cases.map(({ name }) => ({ name, differences: [difference] }));
    }
    const results: CaseResult[] = [];
    for (const test of cases) {
      const result = await runRequestCase(run, test);
      if (result !== null) results.push(result);
    }
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    return results;
  } finally {
    for (const program of programs.reverse()) await stopProgram(program);
  }
}

async function startHelper(run: Run, helper: NonNullable<Suite['helpers']>[number]): Promise<Program> {
  const port = run.ports.get(helper.name) ?? 0;
  const args = (helper.args ?? []).map((argument) => run.placeholders.fill(argument));
  const path = join(helpersFolder, helper.run);
  const program = startProgram([process.execPath, path, String(port), ...args], { env: run.env });
  if (!(await accepts(port, '127.0.0.1', program.hasEnded))) {
    await stopProgram(program);
    throw new Error(`helper ${helper.run} did not start: ${program.output()}`);
  }
  return program;
}

/** Null for a case that this protocol cannot tell. */
async function runRequestCase(run: Run, test: RequestCase): Promise<CaseResult | null> {
  const { suite, placeholders } = run;
  const result = await (run.protocol.exchange ?? exchange)({
    port: (test.port && run.ports.get(test.port)) || mainPort(run),
    host: hostOf(run),
    steps: await fillSteps(run, test),
    wanted: test.responses ?? 1,
    // where all of the answer is waited for, a busy machine may take its time
    timeoutMs: test.timeout ?? (test.partial ? 3000 : 10_000),
    partial: test.partial ?? false,
    expectClose: test.expect.closed,
    tls: run.protocol.tls,
  });
  if (result === null) return null;
  const first = result.responses.find((response) => 'bad' in response || !response.interim);
  for (const [name, [from, pattern]] of Object.entries(test.capture ?? {})) {
    const answer = first && 'headers' in first ? first : null;
    const text =
      from === 'body' ? answer?.body.toString('latin1') : [answer?.headers[from] ?? ''].flat().join(', ');
    const match = new RegExp(pattern).exec(text ?? '');
    placeholders.capture(name, match?.[1] ?? match?.[0]);
  }
  const got = observe(result, suite, test, (text) => placeholders.takeBack(run.protocol.takeBack(text)));
  const ignored = new Set([...(suite.ignore ?? []), ...(test.ignore ?? [])]);
  const expected = JSON.parse(run.protocol.takeBack(JSON.stringify(test.expect)));
  return { name: test.name, differences: differences(expected, got, ignored) };
}

async function fillSteps(run: Run, test: RequestCase): Promise<readonly Step[]> {
  const { placeholders } = run;
  const steps = (Array.isArray(test.send) ? test.send : [test.send]).map((step: SuiteStep): Step => {
    if (typeof step === 'string') return placeholders.fill(step);
    if ('utf8' in step) return { utf8: placeholders.fill(step.utf8) };
    return 'digest' in step ? digestText(step, (text) => placeholders.fill(text)) : step;
  });
  if (test.etag_of === undefined) return steps;
  const etag = await fetchEtag(run, test.etag_of, test.etag_host ?? 'x');
  return steps.map((step) => (typeof step === 'string' ? step.replaceAll('@ETAG@', etag) : step));
}

async function fetchEtag(run: Run, path: string, host: string): Promise<string> {
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  const steps = [run.placeholders.fill(request)];
  const { responses } = await exchange({
    port: mainPort(run),
    host: hostOf(run),
    steps,
    expectClose: true,
    tls: run.protocol.tls,
  });
  const [response] = responses;
  return String((response && 'headers' in response && response.headers['etag']) || '<no etag>');
}

function compareFile({ root, placeholders, protocol }: Run, test: FileCase): CaseResult {
  let text = '<missing>';
  try {
    text = readFileSync(join(root, test.file), 'latin1');
  } catch {
    // compared as missing
  }
  text = replaceAll(placeholders.takeBack(protocol.takeBack(text)), test.replace ?? []);
  if (test.grep) {
    const pattern = new RegExp(test.grep);
    text = text
      .split('\n')
      .filter((line) => pattern.test(line))
      .join('\n');
  }
  const got = text.trim();
  const expected = protocol.takeBack(test.expect);
  const difference = `${test.file}: expected\n${expected}\n--- got\n${got}`;
  return { name: test.name, differences: got === expected ? [] : [difference] };
}

function mainPort(run: Run): number {
  return run.ports.get('') ?? 0;
}

function hostOf(run: Run): string {
  return run.suite.host ?? '127.0.0.1';
}
