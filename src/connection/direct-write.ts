import type { Socket } from 'node:net';
import { type NodeHandles, nodeHandles, type StreamHandle } from '../base/node-handles.js';

/** A write that the kernel could not take whole at once; libuv goes on with it. */
interface WriteRequest {
  handle: StreamHandle;
  socket: Socket;
  /** What waits for the kernel: libuv only points at it. */
  data: Buffer | readonly Buffer[] | null;
  oncomplete: (this: WriteRequest, status: number) => void;
}

/** A socket that has copied what it is given by the time it returns. */
interface CopyingSocket {
  /** False where the stream has to take it. */
  writePastStream(data: Buffer): boolean;
}

/** What became of the bytes: the stream has to take them, the kernel has them, or they wait for it. */
export const Written = { notYet: 0, whole: 1, waits: 2 } as const;
export type Written = (typeof Written)[keyof typeof Written];

/** Writes past the stream, whose own machinery costs about a tenth of the system call. One object serves a worker. */
export class DirectWriter {
  /** What the kernel took at once has left its request unused: it serves the next write. */
  private spare: WriteRequest | null = null;

  /**
   * Writes where nothing waits in the stream; `notYet` where this cannot be done. What the kernel does not take now follows
   * in order, before anything that is written later, in either way.
   */
  write(socket: Socket, data: Buffer | readonly Buffer[]): Written {
    const handle = handleOf(socket);
    if (nodeHandles === null || handle === null || socket.writableLength > 0) return Written.notYet;
    if (socket.writableCorked > 0 || socket.destroyed) return Written.notYet;
    if ('encrypted' in socket) return writeEncrypted(socket, data);
    const request = this.spare ?? newRequest(nodeHandles);
    request.handle = handle;
    request.socket = socket;
    this.spare = null;
    const status = Buffer.isBuffer(data)
      ? handle.writeBuffer(request, data)
      : handle.writev(request, data, true);
    if (status !== 0) socket.destroy();
    else if (handle.writeQueueSize > 0) {
      request.data = data;
      return Written.waits;
    }
    this.spare = request;
    return Written.whole;
  }
}

function writeEncrypted(socket: Socket, data: Buffer | readonly Buffer[]): Written {
  const isTaken = Buffer.isBuffer(data) && (socket as unknown as CopyingSocket).writePastStream(data);
  return isTaken ? Written.whole : Written.notYet;
}

function newRequest({ WriteWrap }: NodeHandles): WriteRequest {
  const request = new WriteWrap() as WriteRequest;
  request.oncomplete = whenWritten;
  request.data = null;
  return request;
}

/** Do bytes wait for the kernel, in the stream or below it? */
export function isBlocked(socket: Socket): boolean {
  return queuedBytes(socket) > 0;
}

/** How many do. */
export function queuedBytes(socket: Socket): number {
  return socket.writableLength + (handleOf(socket)?.writeQueueSize ?? 0);
}

/** Calls back once all that waits now has gone, or the socket has: an empty write is behind what is queued. */
export function whenDrained(socket: Socket, then: () => void): void {
  socket.write('', then);
}

function whenWritten(this: WriteRequest, status: number): void {
  if (status < 0) this.socket.destroy();
}

function handleOf(socket: Socket): StreamHandle | null {
  return (socket as unknown as { _handle: StreamHandle | null })._handle;
}
