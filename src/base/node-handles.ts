/** A socket of Node's below its streams: libuv's, as `net` uses it. */
export interface StreamHandle {
  /** Called with nothing: `lastRead` tells what came. It must return nothing. */
  onread: () => void;
  /** What comes is read into this buffer, which must live as long as the handle. */
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  /** Gives 0 or an error. Data that waits for the kernel must stay as it is until the request is complete. */
  writeBuffer(request: object, data: Uint8Array): number;
  /** The same of several buffers. */
  writev(request: object, data: readonly Uint8Array[], allBuffers: true): number;
  shutdown(request: object): number;
  close(): void;
  /** Bytes that wait for the kernel. */
  readonly writeQueueSize: number;
}

export interface TcpHandle extends StreamHandle {
  connect(request: object, address: string, port: number): number;
  connect6(request: object, address: string, port: number): number;
  setNoDelay(enable: boolean): number;
}

export interface PipeHandle extends StreamHandle {
  connect(request: object, path: string): number;
}

/** What such a handle is told to do something with; Node calls back with a status, which is negative for an error. */
export interface HandleRequest {
  oncomplete?: (status: number) => void;
}

type RequestClass = new () => HandleRequest;

/** Classes of Node's own that `net` and `tls` are built on. */
export interface NodeHandles {
  readonly WriteWrap: RequestClass;
  readonly ShutdownWrap: RequestClass;
  readonly TCPConnectWrap: RequestClass;
  readonly PipeConnectWrap: RequestClass;
  newTcp(): TcpHandle;
  newPipe(): PipeHandle;
  /** Within `onread`: how many bytes came, or an error. */
  lastRead(): number;
}

/** Node's error number for the end of what can be read. */
export const endOfFile = -4095;

/** Null where this Node does not show them: then its streams do the same, and are slower. */
export const nodeHandles: NodeHandles | null = findNodeHandles();

interface StreamBinding {
  readonly WriteWrap: RequestClass;
  readonly ShutdownWrap: RequestClass;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
}

/** The names of the two kinds of sockets, and of what they are made with. */
interface SocketBinding {
  readonly TCP: new (kind: number) => TcpHandle;
  readonly TCPConnectWrap: RequestClass;
  readonly Pipe: new (kind: number) => PipeHandle;
  readonly PipeConnectWrap: RequestClass;
  readonly constants: { readonly SOCKET: number };
}

function findNodeHandles(): NodeHandles | null {
  try {
    const { binding } = process as unknown as { binding: (name: string) => unknown };
    const { WriteWrap, ShutdownWrap, streamBaseState, kReadBytesOrError } = binding(
      'stream_wrap',
    ) as StreamBinding;
    const { TCP, TCPConnectWrap, constants } = binding('tcp_wrap') as SocketBinding;
    const { Pipe, PipeConnectWrap } = binding('pipe_wrap') as SocketBinding;
    const classes = [WriteWrap, ShutdownWrap, TCP, TCPConnectWrap, Pipe, PipeConnectWrap];
    if (!classes.every((one) => typeof one === 'function') || streamBaseState === undefined) return null;
    return {
      WriteWrap,
      ShutdownWrap,
      TCPConnectWrap,
      PipeConnectWrap,
      newTcp: () => new TCP(constants.SOCKET),
      newPipe: () => new Pipe(constants.SOCKET),
      lastRead: () => streamBaseState[kReadBytesOrError],
    };
  } catch {
    return null;
  }
}
