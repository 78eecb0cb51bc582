import { PreciseClock } from '../base/precise-clock.js';
import { httpDate } from '../http/date.js';

/** The time as requests see it: read once a second, as lighttpd does, so that the hot path asks no kernel. */
export class Clock {
  /** Whole seconds since the epoch. */
  epochSeconds = 0;
  /** Whole seconds of a clock that never jumps; timeouts are counted in it. */
  monotonicSeconds = 0;
  /** `epochSeconds` as an HTTP date. */
  date = '';

  /** Set where somebody wants to know when a request began to less than a second (access logs do). */
  highPrecision = false;
  private readonly precise = new PreciseClock();

  constructor() {
    this.tick();
  }

  /** Seconds since the epoch, with a fraction where somebody wants it. */
  requestStart(): number {
    return this.highPrecision ? this.preciseSeconds() : this.epochSeconds;
  }

  /** Seconds since the epoch with a fraction down to microseconds, as of now. */
  preciseSeconds(): number {
    return this.precise.now() / 1000;
  }

  tick(): void {
    this.monotonicSeconds = Math.floor(performance.now() / 1000);
    const now = Math.floor(Date.now() / 1000);
    if (now === this.epochSeconds) return;
    this.epochSeconds = now;
    this.date = httpDate(now);
  }
}
