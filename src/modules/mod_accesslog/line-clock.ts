import type { Clock } from '../../plugin/clock.js';

/** The time at which a line is made: all its fields see the same one. */
export class LineClock {
  readonly clock: Clock;
  private end = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  startLine(): void {
    this.end = 0;
  }

  /** Seconds since the epoch, with fraction. */
  preciseSeconds(): number {
    if (this.end === 0) this.end = this.clock.preciseSeconds();
    return this.end;
  }
}
