import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Of workers that are being built: those that serve go first. */
const buildingNiceness = 10;
/** The bit of CAP_SYS_NICE in capabilities(7). */
const capSysNice = 1n << 23n;

/** Lets a process take what others leave of the processors, until `takeTurns`. */
export function stepBack(pid: number): void {
  // whoever may not raise a priority could never give it back
  if (mayRaisePriority()) setOfAllThreads(pid, buildingNiceness);
}

/** Gives a process the priority that this one has. */
export function takeTurns(pid: number): void {
  if (mayRaisePriority()) setOfAllThreads(pid, getPriority());
}

function mayRaisePriority(): boolean {
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return effective !== undefined && (BigInt(`0x${effective}`) & capSysNice) !== 0n;
  } catch {
    return false;
  }
}

/** On Linux each thread has a priority of its own. */
function setOfAllThreads(pid: number, niceness: number): void {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), niceness);
  } catch {
    // the process has gone
  }
}
