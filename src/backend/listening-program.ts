import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import type { LogWriter } from '../log/log-writer.js';
import type { Endpoint } from './endpoint.js';
import { systemText } from './program-text.js';

export interface ListeningProgramOptions {
  readonly args: readonly string[];
  /** As programs get them, in Node's terms. */
  readonly environment: Readonly<Record<string, string>>;
  readonly backlog: number;
  /** Null: the server's own standard error. */
  readonly errors: LogWriter | null;
  /** What became of it; `status` and `signal` are null where it could not be started. */
  onExit(status: number | null, signal: NodeJS.Signals | null): void;
}

/**
 * A program that accepts connections on its standard input (FCGI_LISTENSOCK_FILENO), which the server has bound for
 * it. It is one process, started and ended here.
 */
export class ListeningProgram {
  private readonly endpoint: Endpoint;
  private readonly options: ListeningProgramOptions;
  private child: ChildProcess | null = null;
  private hasBound = false;

  constructor(endpoint: Endpoint, options: ListeningProgramOptions) {
    this.endpoint = endpoint;
    this.options = options;
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Binds the socket and starts the program on it. Rejects where the address cannot be had. */
  async start(): Promise<void> {
    const { path, host, port } = this.endpoint.address;
    const server = createServer();
    if (path === '') await listening(server, { host, port, backlog: this.options.backlog });
    else await this.listenOn(server, systemText(path) ?? path);
    // nothing is accepted here: from binding to this line no event of the socket has been looked at
    try {
      this.spawn(descriptorOf(server));
    } finally {
      server.close();
    }
  }

  kill(signal: number): void {
    this.child?.kill(signal);
  }

  /** Takes the name of the socket away, if it was bound here. */
  removeSocket(): void {
    const { path } = this.endpoint.address;
    if (path !== '' && this.hasBound) fs.rmSync(Buffer.from(path, 'latin1'), { force: true });
  }

  /** Closing the server would take the socket's name away: it is bound under another, and given its own afterwards. */
  private async listenOn(server: Server, path: string): Promise<void> {
    const other = `${path}~`;
    fs.rmSync(other, { force: true });
    await listening(server, { path: other, backlog: this.options.backlog });
    fs.renameSync(other, path);
    this.hasBound = true;
  }

  private spawn(socket: number): void {
    const { args, environment, errors } = this.options;
    const [file, ...rest] = args.map((arg) => systemText(arg) ?? arg);
    const folder = file.slice(0, file.lastIndexOf('/')) || '/';
    const inherited = errors === null ? 2 : errors.fileDescriptor;
    const child = spawn(file.includes('/') ? file : `./${file}`, rest, {
      argv0: file,
      cwd: file.includes('/') ? folder : '.',
      env: environment,
      stdio: [socket, 'ignore', inherited >= 0 ? inherited : 'ignore'],
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
export function isListening(endpoint: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(endpoint.connectOptions);
    const answer = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

function listening(
  server: Server,
  where: { path: string; backlog: number } | { host: string; port: number; backlog: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, exclusive: true }, resolve);
  });
}

/** Node has no other way to hand a listening socket to a program that is not Node. */
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as Server & { readonly _handle?: { readonly fd?: number } };
  const fd = handle?.fd ?? -1;
  if (fd < 0) throw new Error('this version of Node does not tell the descriptor of a listening socket');
  return fd;
}
