/** Has more to send than could go out at once. */
export interface TurnTaker {
  takeTurn(): void;
}

/** Bytes that all bodies together may send before new input is looked at. */
const roundMax = 65536;
/** Milliseconds that they may take. */
const roundMs = 0.5;

/**
 * Long bodies take turns: a kernel that takes megabytes at once, from many connections, would keep the event loop
 * from requests that wait meanwhile.
 */
export class WriteTurns {
  private readonly waiting: TurnTaker[] = [];
  private sentThisRound = 0;
  private roundEndsAt = 0;
  private scheduled = false;

  /** Notes what was sent; false where the round's bytes are used up: `wait` then. */
  spend(bytes: number): boolean {
    this.sentThisRound += bytes;
    this.schedule();
    return !this.isRoundOver();
  }

  private isRoundOver(): boolean {
    return this.sentThisRound >= roundMax || performance.now() >= this.roundEndsAt;
  }

  /** Calls `takeTurn` in a later round, after those that wait already. */
  wait(taker: TurnTaker): void {
    this.waiting.push(taker);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.roundEndsAt = performance.now() + roundMs;
    setImmediate(this.startRound);
  }

  /** Runs once the event loop has looked at its sockets. */
  private readonly startRound = (): void => {
    this.scheduled = false;
    this.sentThisRound = 0;
    this.roundEndsAt = performance.now() + roundMs;
    let turns = this.waiting.length;
    while (turns-- > 0 && !this.isRoundOver()) this.waiting.shift()!.takeTurn();
    if (this.waiting.length > 0) this.schedule();
  };
}
