/** Buffers that files are read into on their way to a socket; shared by all connections of a worker. */
export class ReadBuffers {
  readonly size: number;
  private readonly free: Buffer[] = [];
  private readonly keptMax: number;

  constructor(size = 131072, keptMax = 16) {
    this.size = size;
    this.keptMax = keptMax;
  }

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.size);
  }

  give(buffer: Buffer): void {
    if (this.free.length < this.keptMax) this.free.push(buffer);
  }
}
