import * as inspector from 'node:inspector';

/** Node opens its debugger's port at a SIGUSR1 that comes before the program handles it. Closes it again. */
export function closeDebugger(): void {
  const isWanted = process.execArgv.some((option) => option.startsWith('--inspect'));
  if (!isWanted && inspector.url() !== undefined) inspector.close();
}
