/** Where finished lines go. What modules see of a log: who opens, rotates and closes it is not their business. */
export interface LogWriter {
  /** Adds whole lines, each with its line feed; latin1, one character a byte. They may wait for `flush`. */
  write(lines: string): void;
  /** Sends what waits. */
  flush(): void;
  /** For programs to inherit as their standard error; -1 where that cannot be. Changes when logs are opened again. */
  readonly fileDescriptor: number;
}

/** The far end of a log: a file, a program, the supervisor. */
export interface LogSink {
  /** Takes whole lines; `bytes` belongs to the sink from now on. */
  send(bytes: Buffer): void;
  /** As of a `LogWriter`. */
  readonly fileDescriptor: number;
}

/** As many characters may wait before they are sent without being asked. */
const batchSize = 16_384;
/** As many times between two flushes lines are sent at once. */
const immediateMax = 200;

/**
 * Gathers lines, so that a busy access log costs one system call for some hundred requests. Adding a line only
 * makes a longer string: it becomes bytes once a batch. As long as there are few, each is sent at once: then the
 * lines of several workers stand in the order of their requests.
 */
export class BatchedLog implements LogWriter {
  private readonly sink: LogSink;
  private lines = '';
  private immediate = immediateMax;

  constructor(sink: LogSink) {
    this.sink = sink;
  }

  get fileDescriptor(): number {
    return this.sink.fileDescriptor;
  }

  write(lines: string): void {
    this.lines += lines;
    if (this.immediate > 0) {
      this.immediate--;
      this.send();
    } else if (this.lines.length >= batchSize) this.send();
  }

  flush(): void {
    this.immediate = immediateMax;
    if (this.lines !== '') this.send();
  }

  private send(): void {
    const { lines } = this;
    this.lines = '';
    this.sink.send(Buffer.from(lines, 'latin1'));
  }
}
