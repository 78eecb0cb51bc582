import { commonClockMs } from './log-channel.js';
import type { LogSink } from './log-writer.js';

/** How long lines wait for lines of other workers that were sent before them. */
const holdMs = 20;
/** More than this is written at once. */
const heldBytesMax = 1_048_576;

interface HeldLines {
  readonly sink: LogSink;
  readonly lines: Buffer;
  readonly atMs: number;
}

/** Brings the lines of several workers into the order in which they were sent. */
export class LogMerger {
  private held: HeldLines[] = [];
  private heldBytes = 0;
  private timer: NodeJS.Timeout | null = null;

  add(sink: LogSink, lines: Buffer, atMs: number): void {
    this.held.push({ sink, lines, atMs });
    this.heldBytes += lines.length;
    if (this.heldBytes > heldBytesMax) this.flush();
    else this.timer ??= setTimeout(() => this.release(), holdMs);
  }

  flush(): void {
    this.send(Number.POSITIVE_INFINITY);
  }

  /** Sends what has waited long enough. */
  private release(): void {
    this.timer = null;
    this.send(commonClockMs() - holdMs);
    if (this.held.length > 0) this.timer = setTimeout(() => this.release(), holdMs);
  }

  private send(untilMs: number): void {
    const ordered = this.held.sort((a, b) => a.atMs - b.atMs);
    const bySink = new Map<LogSink, Buffer[]>();
    for (const { sink, lines, atMs } of ordered) {
      if (atMs > untilMs) continue;
      const batches = bySink.get(sink);
      if (batches === undefined) bySink.set(sink, [lines]);
      else batches.push(lines);
      this.heldBytes -= lines.length;
    }
    this.held = ordered.filter(({ atMs }) => atMs > untilMs);
    for (const [sink, batches] of bySink)
      sink.send(batches.length === 1 ? batches[0] : Buffer.concat(batches));
  }
}
