import { ErrorCode, Http2Error } from './frames.js';

/** Frames without content or request that a client may send in a second, beside those that each answer allows. */
const idleFramesMax = 1000;
/** A request, or a frame of an answer's body, lets the client send so many more. */
const allowance = 4;
const resetsMax = 16;
const refusedMax = 16;
const discardedMax = 32;
const provokedMax = 4;
/** Seconds within which a reset counts as one of a request that was never wanted. */
const quickSeconds = 2;
/** Requests after which half of the resets are forgotten. */
const resetSpan = 16;

/**
 * Counts what a connection makes the server do for nothing, with lighttpd's limits where it has one (h2.c). What is
 * merely suspect is told with true: no further requests are taken then, and those under way are answered. What can only
 * be an attack throws.
 */
export class FloodGuard {
  private idleFrames = 0;
  private requests = 0;
  private recentResets = 0;
  private olderResets = 0;
  private refused = 0;
  private discarded = 0;
  private provoked = 0;
  private provokedAt = 0;

  /** A frame that asks for nothing: SETTINGS, PING, an empty DATA, an unknown one. */
  idleFrame(): void {
    if (++this.idleFrames > idleFramesMax) throw calm('too many frames without content');
  }

  /** A frame of DATA has come or gone. */
  progress(): void {
    this.idleFrames = Math.max(0, this.idleFrames - allowance);
  }

  request(): void {
    this.progress();
    if (++this.requests % resetSpan !== 0) return;
    this.olderResets = this.recentResets;
    this.recentResets = 0;
  }

  /** The client has reset a request that began `age` seconds ago (rapid reset, CVE-2023-44487). */
  reset(age: number): boolean {
    if (age >= quickSeconds) return false;
    return ++this.recentResets + this.olderResets > resetsMax;
  }

  /** A request beyond SETTINGS_MAX_CONCURRENT_STREAMS. */
  refusal(): boolean {
    return ++this.refused > refusedMax;
  }

  /** Fields for no request: behind GOAWAY, or for a stream that has gone. */
  discard(): void {
    if (++this.discarded > discardedMax) throw calm('too many discarded requests');
  }

  /** The server had to reset a stream for a fault of the client (MadeYouReset, CVE-2025-8671). */
  provokedReset(now: number): boolean {
    const steps = (now - this.provokedAt) >> 1;
    if (steps > 0) this.provoked >>= Math.min(steps, 8);
    this.provokedAt = now;
    return ++this.provoked > provokedMax;
  }

  everySecond(): void {
    this.idleFrames = 0;
  }
}

function calm(reason: string): Http2Error {
  return new Http2Error(ErrorCode.enhanceYourCalm, reason);
}
