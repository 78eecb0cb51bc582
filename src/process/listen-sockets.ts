import { chmodSync, unlinkSync } from 'node:fs';
import * as net from 'node:net';
import { systemErrorMessage } from '../base/system-error.js';
import type { ListenAddress } from './listen-address.js';

/** A socket of this process, below Node's servers: what can be sent to workers. It is bound, and accepts nothing. */
export interface ListenHandle {
  readonly fd: number;
  close(): void;
  /** 0, or the error of binding, which shows no earlier. Sockets of files have none. */
  getsockname?(out: { address?: string; port?: number; family?: string }): number;
}

/** What Node's cluster makes its shared sockets with. Node has no other way to bind a socket without accepting. */
const { _createServerHandle: createHandle } = net as unknown as {
  _createServerHandle(
    address: string | null,
    port: number,
    addressType: 4 | 6 | -1 | null,
    fd?: number,
    flags?: number,
  ): ListenHandle | number;
};

const ipv6OnlyFlag = 1;
/** Longer paths do not fit into a socket's address. */
const pathBytesMax = 107;

/**
 * The listening sockets. They stay open here over every reload, so that connections which wait for `accept` are
 * never lost; workers get copies, and accept by themselves.
 */
export class ListenSockets {
  private readonly handles = new Map<string, ListenHandle>();
  /** Socket files that were made here. */
  private readonly paths = new Map<string, string>();

  /** Takes a socket that was open already. */
  inherit(token: string, handle: ListenHandle): void {
    this.handles.set(token, handle);
  }

  get(token: string): ListenHandle | undefined {
    return this.handles.get(token);
  }

  /** Opens what is missing; gives the tokens of what it opened. Throws with nothing left open of it. */
  async open(addresses: readonly ListenAddress[]): Promise<string[]> {
    const opened: string[] = [];
    try {
      for (const address of addresses) {
        const { token, host, port, settings } = address;
        if (!this.handles.has(token)) {
          this.handles.set(token, port === 0 ? await this.openPath(host, token) : openPort(address));
          opened.push(token);
        }
        const path = this.paths.get(token);
        if (path !== undefined && settings.socketPerms) chmodSync(path, settings.socketPerms);
      }
    } catch (error) {
      for (const token of opened) this.close(token);
      throw error;
    }
    return opened;
  }

  closeAllBut(tokens: ReadonlySet<string>): void {
    for (const token of [...this.handles.keys()]) if (!tokens.has(token)) this.close(token);
  }

  close(token: string): void {
    // closing a socket file's handle removes the file
    this.handles.get(token)?.close();
    this.handles.delete(token);
    this.paths.delete(token);
  }

  private async openPath(host: string, token: string): Promise<ListenHandle> {
    const path = host.startsWith('\\') ? abstractName(host) : Buffer.from(host, 'latin1').toString('utf8');
    if (Buffer.byteLength(path) > pathBytesMax)
      throw new Error(`cannot listen on ${token}: a path of a socket has at most ${pathBytesMax} bytes`);
    if (!path.startsWith('\0')) await removeLeftOver(path, token);
    const handle = createHandle(path, -1, -1);
    if (typeof handle === 'number') throw listenError(token, handle);
    if (!path.startsWith('\0')) this.paths.set(token, path);
    return handle;
  }
}

/** A socket that was open when the program started. Throws where the descriptor is none. */
export function handleOf(fd: number): ListenHandle {
  const handle = createHandle(null, -1, null, fd);
  if (typeof handle === 'number') throw new Error(`descriptor ${fd}: ${systemErrorMessage(handle)}`);
  return handle;
}

function openPort({ token, host, port, settings }: ListenAddress): ListenHandle {
  const isIpv6 = net.isIPv6(host);
  const handle = createHandle(
    host,
    port,
    isIpv6 ? 6 : 4,
    undefined,
    isIpv6 && settings.ipv6Only ? ipv6OnlyFlag : 0,
  );
  if (typeof handle === 'number') throw listenError(token, handle);
  const problem = handle.getsockname?.({}) ?? 0;
  if (problem === 0) return handle;
  handle.close();
  throw listenError(token, problem);
}

function listenError(token: string, errno: number): Error {
  return new Error(`cannot listen on ${token}: ${systemErrorMessage(errno)}`);
}

/** `\x00name`: a name in the kernel instead of a file. */
function abstractName(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** A socket file that nobody listens on any more is in the way. */
async function removeLeftOver(path: string, token: string): Promise<void> {
  const code = await new Promise<string>((resolve) => {
    const probe = net.connect({ path }, () => {
      probe.destroy();
      resolve('');
    });
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  if (code === 'ECONNREFUSED') unlinkSync(path);
  else if (code === '') throw new Error(`server socket is still in use: ${token}`);
  else if (code !== 'ENOENT') throw new Error(`testing socket failed: connect() ${token}: ${code}`);
}
