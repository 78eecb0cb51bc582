/** A promise that somebody else resolves. */
export class Deferred {
  readonly promise: Promise<void>;
  private settle: () => void = () => {};

  constructor(resolved: boolean) {
    this.promise = new Promise((resolve) => {
      this.settle = resolve;
    });
    if (resolved) this.settle();
  }

  resolve(): void {
    this.settle();
  }
}
