const keptMax = 64;

/** Which streams have ended of late, and how: what a client sends on them may still be under way. */
export class EndedStreams {
  private readonly ids = new Int32Array(keptMax);
  private readonly resets = new Uint8Array(keptMax);
  private at = 0;

  /** `wasReset`: by either side, so that the other may not know yet. */
  add(streamId: number, wasReset: boolean): void {
    this.ids[this.at] = streamId;
    this.resets[this.at] = wasReset ? 1 : 0;
    this.at = (this.at + 1) % keptMax;
  }

  has(streamId: number): boolean {
    return this.ids.includes(streamId);
  }

  wasReset(streamId: number): boolean {
    const place = this.ids.indexOf(streamId);
    return place >= 0 && this.resets[place] === 1;
  }
}
