import { readdirSync, readFileSync } from 'node:fs';

/** The process and all that it started, by the parents that /proc tells. */
export function processTree(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = readIfThere(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const tree = [root];
  for (const parent of tree) for (const [id, of] of parents) if (of === parent) tree.push(id);
  return tree;
}

/** Resident memory of the processes, in MiB. */
export function residentMib(ids: readonly number[]): number {
  return sum(
    ids.map((id) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${id}/status`))?.[1] ?? 0) / 1024),
  );
}

/** Descriptors that the processes have open. */
export function openDescriptors(ids: readonly number[]): number {
  return sum(ids.map((id) => readdirSync(`/proc/${id}/fd`).length));
}

export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
