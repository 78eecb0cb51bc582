import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { systemErrorText } from '../base/system-error.js';

/** As lighttpd: without server.max-fds, a process may open so many. */
const fdsDefault = 4096;

export interface LimitSettings {
  /** 0: unset. */
  readonly maxFds: number;
  readonly coreFiles: boolean;
}

/** What a limit could not be set to, and why; the server runs with what it has. */
export type WarnOfLimit = (message: string) => void;

/**
 * Sets the limits of this process, which its workers inherit, through prlimit(1): Node has no call for it. Gives the
 * number of files that a process may open.
 */
export function setLimits({ maxFds, coreFiles }: LimitSettings, warn: WarnOfLimit): number {
  if (coreFiles) prlimit('--core=unlimited:', 'server.core-files', warn);
  const { soft, hard } = openFilesLimit();
  if (maxFds === 0) return Math.max(soft, Math.min(hard, fdsDefault));
  const isRoot = process.getuid?.() === 0;
  if (maxFds > hard && !isRoot) {
    warn(`server.max-fds = ${maxFds} is above the limit of ${hard} that only root can raise`);
    return soft;
  }
  if (maxFds === soft) return soft;
  const limits = isRoot ? `${maxFds}:${maxFds}` : `${maxFds}:`;
  return prlimit(`--nofile=${limits}`, 'server.max-fds', warn) ? maxFds : soft;
}

function openFilesLimit(): { soft: number; hard: number } {
  try {
    const numbers = /^Max open files\s+(\d+)\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    if (numbers !== null) return { soft: Number(numbers[1]), hard: Number(numbers[2]) };
  } catch {
    // not Linux: nothing is known, and the usual limit is assumed
  }
  return { soft: fdsDefault, hard: fdsDefault };
}

function prlimit(limit: string, directive: string, warn: WarnOfLimit): boolean {
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), limit], { stdio: ['ignore', 'ignore', 'pipe'] });
    return true;
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer };
    const reason = code === 'ENOENT' ? 'the program prlimit is not installed' : stderr?.toString().trim();
    warn(`${directive} has no effect: ${reason || systemErrorText(error)}`);
    return false;
  }
}
