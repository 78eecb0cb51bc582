import { isIPv6 } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { endOfFile, type HandleRequest, type NodeHandles, type StreamHandle } from '../base/node-handles.js';
import type { BackendSocket, SocketOwner } from './backend-socket.js';

/**
 * A connection by Node's handle alone. Most requests take one connection, one write and one or two reads: what Node's
 * stream adds to those, for uses that do not come up here, is a sixth of the server's time for such a request.
 */
export class DirectSocket implements BackendSocket {
  writable = false;
  readableEnded = false;
  private readonly node: NodeHandles;
  private readonly owner: SocketOwner;
  private readonly readBuffer: Buffer;
  private handle: StreamHandle | null = null;
  private readonly waiting: (() => void)[] = [];

  /** `readBuffer` may be shared. */
  constructor(node: NodeHandles, owner: SocketOwner, readBuffer: Buffer) {
    this.node = node;
    this.owner = owner;
    this.readBuffer = readBuffer;
  }

  connectToHost(address: string, port: number): void {
    const handle = this.node.newTcp();
    const place = `${address}:${port}`;
    handle.setNoDelay(true);
    const request = this.prepare(handle, new this.node.TCPConnectWrap(), place);
    const status = isIPv6(address)
      ? handle.connect6(request, address, port)
      : handle.connect(request, address, port);
    this.refuseSoon(status, place);
  }

  connectToPath(path: string): void {
    const handle = this.node.newPipe();
    const status = handle.connect(this.prepare(handle, new this.node.PipeConnectWrap(), path), path);
    this.refuseSoon(status, path);
  }

  private prepare(handle: StreamHandle, request: HandleRequest, place: string): HandleRequest {
    this.handle = handle;
    handle.useUserBuffer(this.readBuffer);
    handle.onread = () => this.read(this.node.lastRead());
    request.oncomplete = (status) => this.connected(status, place);
    return request;
  }

  /** Whoever connects hears of it after the call. */
  private refuseSoon(status: number, place: string): void {
    if (status !== 0) process.nextTick(() => this.connected(status, place));
  }

  private connected(status: number, place: string): void {
    if (this.handle === null) return;
    if (status !== 0) {
      this.fail(status, 'connect', ` ${place}`);
      return;
    }
    this.writable = true;
    this.handle.readStart();
    this.owner.connected();
  }

  private read(length: number): void {
    if (this.handle === null || length === 0) return;
    if (length > 0) this.owner.read(length);
    else if (length === endOfFile) this.endReading();
    else this.fail(length, 'read');
  }

  private endReading(): void {
    this.readableEnded = true;
    this.handle?.readStop();
    this.owner.ended();
  }

  write(bytes: Buffer): boolean {
    const { handle } = this;
    if (handle === null) return true;
    // `bytes` hangs on the request, which Node holds until it is complete
    const request = Object.assign(new this.node.WriteWrap(), {
      bytes,
      oncomplete: (status: number) => this.written(status),
    });
    const status = handle.writeBuffer(request, bytes);
    if (status !== 0) process.nextTick(() => this.fail(status, 'write'));
    return status !== 0 || handle.writeQueueSize === 0;
  }

  private written(status: number): void {
    if (status !== 0) this.fail(status, 'write');
    else if (this.handle?.writeQueueSize === 0) this.letWrite();
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.handle === null || this.handle.writeQueueSize === 0) resolve();
      else this.waiting.push(resolve);
    });
  }

  private letWrite(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  end(): void {
    if (!this.writable) return;
    this.writable = false;
    const request = new this.node.ShutdownWrap();
    request.oncomplete = ignore;
    this.handle?.shutdown(request);
  }

  pause(): void {
    this.handle?.readStop();
  }

  resume(): void {
    if (!this.readableEnded) this.handle?.readStart();
  }

  private fail(status: number, call: string, place = ''): void {
    if (this.handle === null) return;
    this.destroy();
    const code = getSystemErrorName(status);
    const error: NodeJS.ErrnoException = new Error(`${call} ${code}${place}`);
    error.code = code;
    error.errno = status;
    error.syscall = call;
    this.owner.failed(error);
  }

  destroy(): void {
    const { handle } = this;
    this.handle = null;
    this.writable = false;
    handle?.close();
    this.letWrite();
  }
}

function ignore(): void {}
