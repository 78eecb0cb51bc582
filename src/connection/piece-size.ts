const smallest = 8192;
const first = 16384;
const largest = 262144;
const quickMs = 0.25;
const slowMs = 0.5;

/**
 * Bytes of a long body that one connection hands to the kernel at once: more while it takes them quickly. A client with a
 * tiny window makes the kernel cut them into thousands of packets: milliseconds for what takes microseconds elsewhere.
 */
export class PieceSize {
  bytes = first;
  private startedAt = 0;

  /** A write begins. */
  start(): void {
    this.startedAt = performance.now();
  }

  /** It has returned; `count`: its bytes. */
  finish(count: number): void {
    const taken = performance.now() - this.startedAt;
    if (taken > slowMs) this.bytes = Math.max(smallest, this.bytes >> 1);
    else if (taken < quickMs && count >= this.bytes) this.bytes = Math.min(largest, this.bytes << 1);
  }
}
