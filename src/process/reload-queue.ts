/** How a reload ended, with what there is to tell of it. */
export interface Verdict {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

type Waiter = (verdict: Verdict) => void;

/**
 * One reload at a time. What is asked for while one runs becomes a single further one, so that a storm of signals
 * costs no more, and the last configuration wins.
 */
export class ReloadQueue {
  private readonly reload: (force: boolean) => Promise<Verdict>;
  private waiters: Waiter[] = [];
  private isForced = false;
  private isRunning = false;

  /** `reload` throws nothing: what goes wrong is in its verdict. */
  constructor(reload: (force: boolean) => Promise<Verdict>) {
    this.reload = reload;
  }

  /**
   * With `force` there will be new workers even if the configuration reads as before. Resolves with the verdict of a
   * reload that has begun after this call.
   */
  request(force: boolean): Promise<Verdict> {
    this.isForced ||= force;
    const verdict = new Promise<Verdict>((resolve) => this.waiters.push(resolve));
    if (!this.isRunning) this.run();
    return verdict;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    // signals that come together are read together
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiters.length > 0) {
      const { waiters, isForced } = this;
      this.waiters = [];
      this.isForced = false;
      const verdict = await this.reload(isForced);
      for (const resolve of waiters) resolve(verdict);
    }
    this.isRunning = false;
  }
}
