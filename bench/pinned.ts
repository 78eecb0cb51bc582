import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import type { ServerKind } from './servers.js';

/** The server has one core, everything that puts load on it another one. */
export const serverCore = 0;
export const loadCore = availableParallelism() - 1;

/** A server that runs pinned to its core. */
export interface RunningServer {
  readonly name: string;
  readonly port: number;
  /** Seconds of processor time of all its processes so far. */
  readonly cpuSeconds: () => number;
  /** Resident bytes of each of its processes. */
  readonly residentBytes: () => readonly number[];
  readonly stop: () => Promise<void>;
}

const startPatienceMs = 10_000;
/** In /proc/PID/stat; Linux shows processor time in hundredths of a second everywhere. */
const ticksPerSecond = 100;
const pageBytes = 4096;

export async function startPinned(
  kind: ServerKind,
  folder: string,
  site: string,
  extra: readonly string[] = [],
): Promise<RunningServer> {
  const port = await freePort();
  const command = kind.prepare(folder, site, port, extra);
  const child = spawn('taskset', ['-c', String(serverCore), ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (bytes) => {
    said = `${said}${bytes}`.slice(-2000);
  });
  const stop = () => stopChild(child);
  if (!(await waitForPort(port, child))) {
    await stop();
    throw new Error(`${kind.name} did not start: ${said}`);
  }
  const pid = child.pid ?? 0;
  return {
    name: kind.name,
    port,
    cpuSeconds: () => total(processTree(pid).map((one) => cpuTicks(statFields(one)))) / ticksPerSecond,
    residentBytes: () => processTree(pid).map((one) => Number(statFields(one)[21]) * pageBytes),
    stop,
  };
}

/** Runs a load generator on its own core; gives what it has printed. */
export function runLoad(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('taskset', ['-c', String(loadCore), program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (bytes) => {
      output += bytes;
    });
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve(output) : reject(new Error(`${program} failed:\n${output}`)),
    );
  });
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** In user mode and in the kernel. */
function cpuTicks(fields: readonly string[]): number {
  return Number(fields[11]) + Number(fields[12]);
}

/** The fields of /proc/PID/stat behind the program's name: number 3 of proc(5) is the first. */
function statFields(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return new Array<string>(22).fill('0');
  }
}

/** The process and all below it. */
function processTree(root: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(statFields(Number(name))[1]) }));
  const tree = [root];
  for (let at = 0; at < tree.length; at++) {
    tree.push(...parents.filter(({ parent }) => parent === tree[at]).map(({ pid }) => pid));
  }
  return tree;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function waitForPort(port: number, child: ChildProcess): Promise<boolean> {
  const end = performance.now() + startPatienceMs;
  while (performance.now() < end && child.exitCode === null) {
    const accepted = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      }).on('error', () => resolve(false));
    });
    if (accepted) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}
