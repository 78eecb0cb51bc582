/** Numbers of one entry: a place or register, a position or old value, an end, and the kind. */
const entrySize = 4;
const entriesAtFirst = 64;
/** A stack that has grown beyond this is given back after the match. */
const entriesKept = 1024;

/** What an entry stands for. */
export const ChoiceKind = {
  /** Go on at a place of the program, at a position. */
  goOn: 0,
  /** A greedy set at a place: give back one character, down to an end. */
  fewer: 1,
  /** A lazy set at a place: take one character more, as many as `end` says (-1: no limit). */
  more: 2,
  /** A register held another value before. */
  undo: 3,
} as const;

/**
 * What a match can still try, newest last, and its registers, which are put back on the way. A stack of its own: a long
 * text cannot exhaust that of the process.
 */
export class Choices {
  readonly registers: Int32Array;
  height = 0;
  /** The entry that was taken last. */
  place = 0;
  position = 0;
  end = 0;
  kind = 0;
  private stack = new Int32Array(entriesAtFirst * entrySize);

  constructor(registerCount: number) {
    this.registers = new Int32Array(registerCount);
  }

  reset(): void {
    this.registers.fill(-1);
    this.height = 0;
    if (this.stack.length > entriesKept * entrySize) this.stack = new Int32Array(entriesAtFirst * entrySize);
  }

  push(kind: number, place: number, position: number, end: number): void {
    if (this.height === this.stack.length) this.grow();
    const { stack, height } = this;
    stack[height] = place;
    stack[height + 1] = position;
    stack[height + 2] = end;
    stack[height + 3] = kind;
    this.height = height + entrySize;
  }

  private grow(): void {
    const larger = new Int32Array(2 * this.stack.length);
    larger.set(this.stack);
    this.stack = larger;
  }

  /** With nothing left to try, nobody will want the old value. */
  setRegister(register: number, value: number): void {
    if (this.height > 0) this.push(ChoiceKind.undo, register, this.registers[register], 0);
    this.registers[register] = value;
  }

  /** Takes the newest choice off, and puts back the registers as they were then. False where there is none. */
  take(): boolean {
    return this.unwind(0, false);
  }

  /** Puts the registers back as they were at that height; all choices since are gone. */
  undoTo(height: number): void {
    this.unwind(height, true);
  }

  private unwind(floor: number, skipsChoices: boolean): boolean {
    const { stack, registers } = this;
    while (this.height > floor) {
      this.height -= entrySize;
      const { height } = this;
      const kind = stack[height + 3];
      if (kind === ChoiceKind.undo) {
        registers[stack[height]] = stack[height + 1];
      } else if (!skipsChoices) {
        this.place = stack[height];
        this.position = stack[height + 1];
        this.end = stack[height + 2];
        this.kind = kind;
        return true;
      }
    }
    return false;
  }

  /** What could be tried since that height is not tried any more; registers are still put back. */
  commitTo(height: number): void {
    const { stack } = this;
    let kept = height;
    for (let at = height; at < this.height; at += entrySize) {
      if (stack[at + 3] !== ChoiceKind.undo) continue;
      if (kept < at) stack.copyWithin(kept, at, at + entrySize);
      kept += entrySize;
    }
    this.height = kept;
  }
}
