import { TaskThread } from '../../base/task-thread.js';

export interface HashTask {
  readonly password: string;
  readonly hash: string;
}

interface Job extends HashTask {
  readonly resolve: (isRight: boolean) => void;
  readonly reject: (error: Error) => void;
  /** The client has gone: nobody waits for the result. */
  isAbandoned: boolean;
}

/**
 * Checks passwords against slow hashes in a thread. Clients take turns, so that one who sends a thousand passwords
 * delays another's by one hash only.
 */
export class HashQueue {
  private readonly thread = new TaskThread<HashTask, boolean>(new URL('./hash-thread.js', import.meta.url));
  private readonly jobsByClient = new Map<string, Job[]>();
  private isRunning = false;

  /** Rejects where the thread fails. `gone` resolves when the client no longer waits. */
  verify(client: string, password: string, hash: string, gone: Promise<void>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const job: Job = { password, hash, resolve, reject, isAbandoned: false };
      gone.then(() => {
        job.isAbandoned = true;
      });
      const jobs = this.jobsByClient.get(client);
      if (jobs === undefined) this.jobsByClient.set(client, [job]);
      else jobs.push(job);
      if (!this.isRunning) this.runNext();
    });
  }

  stop(): Promise<void> {
    return this.thread.stop();
  }

  private runNext(): void {
    const job = this.takeNext();
    this.isRunning = job !== null;
    if (job === null) return;
    const { password, hash } = job;
    this.thread
      .run({ password, hash })
      .then(job.resolve, job.reject)
      .finally(() => this.runNext());
  }

  /** The first job of the client whose turn it is; the client then waits until all others had theirs. */
  private takeNext(): Job | null {
    for (const [client, jobs] of this.jobsByClient) {
      const job = jobs.shift()!;
      this.jobsByClient.delete(client);
      if (jobs.length > 0) this.jobsByClient.set(client, jobs);
      if (!job.isAbandoned) return job;
      job.resolve(false);
    }
    return null;
  }
}
