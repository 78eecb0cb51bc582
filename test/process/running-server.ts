import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunResult, runProgram, serverCommand } from '../helpers/programs.js';
import type { TestServer } from '../helpers/server.js';

/** What `lighttpd-ts reload` says of a test's server, which has its pid file at `@ROOT@/pid`. */
export function reload(server: TestServer): Promise<RunResult> {
  return runProgram([...serverCommand, 'reload', '--pid-file', join(server.root, 'pid')]);
}

/** Process ids of the workers, oldest first. */
export function workersOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return children.filter((child) => read(`/proc/${child}/cmdline`).includes('bin/worker.js'));
}

export function isRunning(pid: number): boolean {
  const status = read(`/proc/${pid}/status`);
  return status !== '' && !/^State:\s+Z/m.test(status);
}

/** Empty where there is no such file. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
