import { type ChildProcess, spawn } from 'node:child_process';
import { projectRoot } from './project-root.js';

/** A program that a test started, and what it has said so far on both channels. */
export interface Program {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly hasEnded: () => boolean;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The server as a user starts it. */
export const serverCommand: readonly string[] = [process.execPath, `${projectRoot}bin/lighttpd-ts`];

export function startProgram(command: readonly string[], options: ProgramOptions = {}): Program {
  const [file = '', ...args] = command;
  const said: string[] = [];
  let ended = false;
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout?.setEncoding('latin1').on('data', (text: string) => said.push(text));
  child.stderr?.setEncoding('latin1').on('data', (text: string) => said.push(text));
  child.on('error', (error) => {
    said.push(String(error));
    ended = true;
  });
  child.on('exit', () => {
    ended = true;
  });
  return { child, output: () => said.join(''), hasEnded: () => ended };
}

/** Asks the program to end, and makes it end where it does not within `patienceMs`. */
export async function stopProgram(program: Program, patienceMs = 4000): Promise<void> {
  if (program.hasEnded()) return;
  const gone = new Promise((resolve) => program.child.once('exit', resolve));
  program.child.kill('SIGTERM');
  const timer = setTimeout(() => program.child.kill('SIGKILL'), patienceMs);
  await gone;
  clearTimeout(timer);
}

export interface RunResult {
  /** Null where it was ended by a signal, as after `timeoutMs`. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; texts are latin1, a character a byte. */
export function runProgram(
  command: readonly string[],
  options: ProgramOptions & { readonly timeoutMs?: number } = {},
): Promise<RunResult> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const { timeoutMs = 20_000, ...spawnOptions } = options;
    const child = spawn(file, args, {
      ...spawnOptions,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('latin1').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => resolve({ status: null, stdout, stderr: String(error) }));
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
