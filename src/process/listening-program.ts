import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { connect, createServer, type ListenOptions, type Server } from 'node:net';
import { type Address, connectOptions } from '../backend/endpoint.js';
import { unicodeText } from '../base/latin1.js';
import { type Identity, programAs, runAs } from './privileges.js';

export interface ListeningProgramOptions {
  readonly args: readonly string[];
  /** As programs get it, in Node's terms. */
  readonly environment: Readonly<Record<string, string>>;
  readonly backlog: number;
  /** Who it runs as, and whose its socket is; null: who the server is. */
  readonly identity: Identity | null;
  /** For its standard error; -1: nowhere. */
  readonly errorDescriptor: () => number;
  /** What became of it; `status` and `signal` are null where it could not be started. */
  onExit(status: number | null, signal: NodeJS.Signals | null): void;
}

/**
 * A program that accepts connections on its standard input (FCGI_LISTENSOCK_FILENO), which the server has bound for
 * it. It is one process, started and ended here.
 */
export class ListeningProgram {
  private readonly address: Address;
  private readonly options: ListeningProgramOptions;
  private child: ChildProcess | null = null;
  /** The file of its socket, by number: another program may have put its own in the same place. */
  private inode = 0n;
  /** The socket is bound, and has not got its name yet. */
  private isWaiting = false;

  constructor(address: Address, options: ListeningProgramOptions) {
    this.address = address;
    this.options = options;
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  /** The name of the socket until it gets its own. */
  private get waitingPath(): string {
    return `${this.address.path}~~`;
  }

  /**
   * Binds the socket and starts the program on it. A unix socket has its name only after `publish`. Rejects where the
   * address cannot be had.
   */
  async start(): Promise<void> {
    const { path, host, port } = this.address;
    const server = createServer();
    try {
      if (path === '') await this.listen(server, { host, port, backlog: this.options.backlog });
      else await this.listenOnSocket(server);
      // nothing is accepted here: from binding to this line no event of the socket has been looked at
      this.spawn(descriptorOf(server));
    } finally {
      server.close();
    }
  }

  /** Gives the socket its name, in place of what had it. */
  publish(): void {
    if (!this.isWaiting) return;
    this.isWaiting = false;
    fs.renameSync(bytesOf(this.waitingPath), bytesOf(this.address.path));
  }

  kill(signal: number): void {
    this.child?.kill(signal);
  }

  /** Takes the name of the socket away, if it is still this program's. */
  removeSocket(): void {
    const { path } = this.address;
    if (path === '' || this.inode === 0n) return;
    this.isWaiting = false;
    for (const name of [path, this.waitingPath])
      if (inodeOf(name) === this.inode) fs.rmSync(bytesOf(name), { force: true });
  }

  /** Closing a server takes the name away that it was bound under: that must not be one the socket goes by. */
  private async listenOnSocket(server: Server): Promise<void> {
    const boundPath = `${this.address.path}~`;
    fs.rmSync(bytesOf(boundPath), { force: true });
    await this.listen(server, { path: unicodeText(boundPath) ?? boundPath, backlog: this.options.backlog });
    this.inode = inodeOf(boundPath);
    fs.renameSync(bytesOf(boundPath), bytesOf(this.waitingPath));
    this.isWaiting = true;
  }

  private listen(server: Server, where: ListenOptions): Promise<void> {
    const { identity } = this.options;
    const listen = (): Promise<void> =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ ...where, exclusive: true }, resolve);
      });
    return identity === null ? listen() : runAs(identity, listen);
  }

  private spawn(socket: number): void {
    const { args, environment, errorDescriptor, identity } = this.options;
    const [file, ...rest] = args.map((arg) => unicodeText(arg) ?? arg);
    const folder = file.slice(0, file.lastIndexOf('/')) || '/';
    const call = programAs(identity, file.includes('/') ? file : `./${file}`, rest);
    const errors = errorDescriptor();
    const child = spawn(call.file, call.args, {
      ...call.options,
      cwd: file.includes('/') ? folder : '.',
      env: environment,
      stdio: [socket, 'ignore', errors >= 0 ? errors : 'ignore'],
    });
    this.child = child;
    child.on('error', () => this.ended(child, null, null));
    child.on('exit', (status, signal) => this.ended(child, status, signal));
  }

  private ended(child: ChildProcess, status: number | null, signal: NodeJS.Signals | null): void {
    if (this.child !== child) return;
    this.child = null;
    this.options.onExit(status, signal);
  }
}

/** Is somebody listening there already, as another server's program? */
export function isListening(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(connectOptions(address));
    const answer = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

function bytesOf(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

function inodeOf(path: string): bigint {
  return fs.statSync(bytesOf(path), { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
}

/** Node has no other way to hand a listening socket to a program that is not Node. */
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as Server & { readonly _handle?: { readonly fd?: number } };
  const fd = handle?.fd ?? -1;
  if (fd < 0) throw new Error('this version of Node does not tell the descriptor of a listening socket');
  return fd;
}
