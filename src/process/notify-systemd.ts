import { spawn } from 'node:child_process';

/**
 * Tells systemd how the server does (sd_notify(3), `Type=notify-reload`). Node has no datagram sockets for it, so that
 * systemd-notify(1) speaks; the unit says `NotifyAccess=all`. Does nothing without systemd.
 */
export class SystemdNotifier {
  private readonly isUsed: boolean;
  private readonly warn: (message: string) => void;
  /** Messages keep their order. */
  private last: Promise<void> = Promise.resolve();

  constructor(environment: NodeJS.ProcessEnv, warn: (message: string) => void) {
    this.isUsed = Boolean(environment['NOTIFY_SOCKET']);
    this.warn = warn;
  }

  ready(status: string): Promise<void> {
    return this.send('READY=1', `STATUS=${status}`);
  }

  reloading(): Promise<void> {
    const monotonicMicroseconds = process.hrtime.bigint() / 1000n;
    return this.send('RELOADING=1', `MONOTONIC_USEC=${monotonicMicroseconds}`);
  }

  stopping(): Promise<void> {
    return this.send('STOPPING=1');
  }

  private send(...assignments: string[]): Promise<void> {
    if (!this.isUsed) return Promise.resolve();
    this.last = this.last.then(() => this.run(assignments));
    return this.last;
  }

  private run(assignments: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const child = spawn('systemd-notify', [`--pid=${process.pid}`, ...assignments], { stdio: 'ignore' });
      child.on('error', (error) => resolve(this.warn(`systemd-notify cannot be run: ${error.message}`)));
      child.on('exit', () => resolve());
    });
  }
}
