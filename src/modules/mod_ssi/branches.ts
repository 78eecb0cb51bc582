/** Which branch of nested `if` … `endif` is taken, step by step as lighttpd counts, so that wrong nesting ends alike. */
export class Branches {
  /** Inside of a branch that is not taken. */
  isOff = false;
  private level = 0;
  private offLevel = 0;
  /** A branch before this one has been taken. */
  private isDone = false;

  if(evaluate: () => boolean): void {
    if (!this.isOff && (this.offLevel === 0 || this.level < this.offLevel) && !evaluate()) this.turnOff();
    this.level++;
  }

  elif(evaluate: () => boolean): void {
    this.level--;
    if (this.level === this.offLevel) {
      if (!this.isOff || this.isDone) {
        this.turnOff();
        this.isDone = true;
      } else if (evaluate()) this.isOff = false;
    }
    this.level++;
  }

  else(): void {
    this.level--;
    if (!this.isOff) this.turnOff();
    else if (this.level === this.offLevel && !this.isDone) this.isOff = false;
    this.level++;
  }

  endif(): void {
    this.level--;
    if (this.level !== this.offLevel) return;
    this.isOff = false;
    this.isDone = false;
  }

  private turnOff(): void {
    this.isOff = true;
    this.offLevel = this.level;
  }
}
