const questionsMax = 1000;

/** What a backend has asked for of a request's body, where its protocol sends one piece for each question. */
export class BodyDemand {
  private readonly questions: number[] = [];
  private waiting: ((size: number) => void) | null = null;
  private isClosed = false;

  /** The backend takes up to `size` bytes more. Questions that come in heaps are not all kept. */
  ask(size: number): void {
    if (size <= 0 || this.isClosed) return;
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null) waiting(size);
    else if (this.questions.length < questionsMax) this.questions.push(size);
  }

  /** The size of the next question; 0 where none will come any more. One caller waits at a time. */
  next(): Promise<number> | number {
    const size = this.questions.shift();
    if (size !== undefined) return size;
    if (this.isClosed) return 0;
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  close(): void {
    this.isClosed = true;
    this.questions.length = 0;
    this.waiting?.(0);
  }
}
