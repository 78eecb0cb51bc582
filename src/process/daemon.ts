import { fork } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RunOptions } from './run-server.js';

const daemonProgram = fileURLToPath(new URL('../../../bin/daemon.js', import.meta.url));

/** What the process in the foreground and the one in the background say to each other. */
type DaemonOrder = Omit<RunOptions, 'report'>;
type DaemonAnswer = { readonly problem: string } | { readonly served: true };

/**
 * Runs the server in a process of its own, without a terminal, and returns once it serves (server.c: daemonize). Gives
 * the exit status: 0, or 255 where it did not start; what it had to say has been reported then.
 */
export function startDaemon({ report, ...order }: RunOptions): Promise<number> {
  return new Promise((resolve) => {
    const child = fork(daemonProgram, [order.configFile], {
      detached: true,
      serialization: 'advanced',
      execArgv: [],
      stdio: [standardInput(), 'ignore', 'ignore', ...inheritedDescriptors(process.env), 'ipc'],
    });
    child.on('message', (answer: DaemonAnswer) => {
      if ('problem' in answer) return report(answer.problem);
      child.disconnect();
      child.unref();
      resolve(0);
    });
    child.on('error', (error) => report(error.message));
    child.on('exit', () => {
      report('daemonized server failed to start; check error log for details');
      resolve(255);
    });
    child.send(order);
  });
}

/** The process in the background: waits for its order, serves, and ends with the server's status. */
export function runDaemon(): void {
  // the sockets that came along are for this process now
  if (process.env['LISTEN_PID'] === String(process.ppid)) process.env['LISTEN_PID'] = String(process.pid);
  process.once('message', async (order: DaemonOrder) => {
    const { runServer } = await import('./run-server.js');
    const answer = (said: DaemonAnswer) => process.connected && process.send?.(said);
    const status = await runServer({
      ...order,
      report: (problem) => answer({ problem }),
      whenServing: () => answer({ served: true }),
    });
    process.exit(status);
  });
}

/** `server.bind = "/dev/stdin"` is served in the background too. */
function standardInput(): 'inherit' | 'ignore' {
  return fstatSync(0).isSocket() ? 'inherit' : 'ignore';
}

/** Sockets that systemd has opened for this process. */
function inheritedDescriptors({ LISTEN_PID, LISTEN_FDS }: NodeJS.ProcessEnv): number[] {
  if (Number(LISTEN_PID) !== process.pid) return [];
  return Array.from({ length: Number(LISTEN_FDS) }, (_, i) => 3 + i);
}
