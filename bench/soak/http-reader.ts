import type { Socket } from 'node:net';

export interface HttpAnswer {
  readonly head: string;
  readonly body: string;
}

/** Reads answers with a Content-Length (or none to a 101, or up to the end) from a connection, one at a time. */
export class HttpReader {
  readonly socket: Socket;
  isClosed = false;
  private data: Buffer = Buffer.alloc(0);
  private wake: () => void = () => {};
  private reason = 'closed';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.data = Buffer.concat([this.data, chunk]);
      this.wake();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.reason = error.code ?? error.message;
    });
    const close = (): void => {
      this.isClosed = true;
      this.wake();
    };
    socket.on('end', close);
    socket.on('close', close);
  }

  /** Throws where the connection ends before the answer does. */
  async next(): Promise<HttpAnswer> {
    const head = await this.head();
    const length = Number(
      /\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? (head.startsWith('HTTP/1.1 101') ? 0 : -1),
    );
    if (length >= 0) return { head, body: await this.bytes(length) };
    while (!this.isClosed) await this.more();
    return { head, body: this.take(this.data.length).toString('latin1') };
  }

  async bytes(count: number): Promise<string> {
    while (this.data.length < count) {
      if (this.isClosed) throw new Error(this.reason);
      await this.more();
    }
    return this.take(count).toString('latin1');
  }

  /** The body of an answer, which is `length` bytes, as it comes; what is not asked for waits in the kernel. */
  async *body(length: number): AsyncGenerator<Buffer> {
    await this.head();
    for (let left = length; left > 0; ) {
      if (this.data.length === 0) {
        if (this.isClosed) throw new Error(this.reason);
        this.socket.resume();
        await this.more();
        this.socket.pause();
      }
      const chunk = this.take(this.data.length);
      left -= chunk.length;
      if (chunk.length > 0) yield chunk;
    }
    this.socket.destroy();
  }

  private async head(): Promise<string> {
    for (;;) {
      const end = this.data.indexOf('\r\n\r\n');
      if (end >= 0) return this.take(end + 4).toString('latin1');
      if (this.isClosed) throw new Error(this.reason);
      await this.more();
    }
  }

  private more(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private take(count: number): Buffer {
    const taken = this.data.subarray(0, count);
    this.data = this.data.subarray(count);
    return taken;
  }
}
