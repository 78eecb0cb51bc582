/** How far the two clocks may drift apart before the precise one is set anew. */
const driftMaxMs = 2;

/** The time of day with microseconds: the monotonic clock's digits on top of the wall clock, which has milliseconds. */
export class PreciseClock {
  private offsetMs = performance.timeOrigin;

  /** Milliseconds since the epoch, with fraction. */
  now(): number {
    const monotonic = performance.now();
    const wall = Date.now();
    if (Math.abs(wall - monotonic - this.offsetMs) > driftMaxMs) this.offsetMs = wall - monotonic;
    return monotonic + this.offsetMs;
  }
}
