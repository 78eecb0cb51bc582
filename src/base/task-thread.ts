import { parentPort, Worker } from 'node:worker_threads';

interface Job<Task, Result> {
  readonly task: Task;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread for work that would hold up the others, one task at a time, in order. It is started when first needed and
 * ends after a while without work, which gives its memory back. `script` is a file that calls `serveTasks`.
 */
export class TaskThread<Task, Result> {
  private readonly script: URL;
  private readonly idleMs: number;
  private readonly waiting: Job<Task, Result>[] = [];
  private running: Job<Task, Result> | null = null;
  private worker: Worker | null = null;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(script: URL, idleMs = 60_000) {
    this.script = script;
    this.idleMs = idleMs;
  }

  /** Rejects where the task fails, or the thread ends. */
  run(task: Task): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, resolve, reject });
      if (this.running === null) this.runNext();
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.idleTimer);
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }

  private runNext(): void {
    clearTimeout(this.idleTimer);
    this.running = this.waiting.shift() ?? null;
    if (this.running === null) {
      this.idleTimer = setTimeout(() => void this.stop(), this.idleMs).unref();
      return;
    }
    this.worker ??= this.start();
    this.worker.postMessage(this.running.task);
  }

  private start(): Worker {
    const worker = new Worker(this.script);
    worker.unref();
    worker.on('message', (result: Result) => {
      this.running?.resolve(result);
      this.runNext();
    });
    worker.on('error', (error) => this.fail(worker, error as Error));
    worker.on('exit', () => this.fail(worker, new Error('the thread has ended')));
    return worker;
  }

  /** The task that was running is lost; the next one gets a new thread. */
  private fail(worker: Worker, error: Error): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.running?.reject(error);
    this.runNext();
  }
}

/** The other side: answers each task by what the function gives; what it throws ends the thread. */
export function serveTasks<Task, Result>(work: (task: Task) => Promise<Result>): void {
  parentPort!.on('message', async (task: Task) => parentPort!.postMessage(await work(task)));
}
