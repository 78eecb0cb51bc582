import { rmSync } from 'node:fs';
import * as net from 'node:net';
import { systemErrorText } from '../base/system-error.js';
import type { Verdict } from './reload-queue.js';

/** A longer request is none. */
const requestLengthMax = 100;

/** Where a running server listens for `lighttpd-ts reload`: beside its pid file, with the same protection. */
export function controlPath(pidFile: string): string {
  return Buffer.from(`${pidFile}.sock`, 'latin1').toString('utf8');
}

/** Answers each line `reload` with its verdict as a line of JSON. Only the server's own user may ask. */
export class ControlSocket {
  private readonly server: net.Server;

  private constructor(server: net.Server) {
    this.server = server;
  }

  static open(path: string, reload: () => Promise<Verdict>): Promise<ControlSocket> {
    // a server that has died has left it; one that lives would have stopped this one at its pid file or port
    rmSync(path, { force: true });
    const server = net.createServer((socket) => serve(socket, reload));
    // nobody else may connect, from the first moment on
    const umask = process.umask(0o177);
    return new Promise((resolve, reject) => {
      server.once('error', (error) =>
        reject(new Error(`lighttpd-ts reload cannot be answered at ${path}: ${systemErrorText(error)}`)),
      );
      server.listen({ path }, () => resolve(new ControlSocket(server)));
      process.umask(umask);
    });
  }

  close(): void {
    this.server.close();
  }
}

function serve(socket: net.Socket, reload: () => Promise<Verdict>): void {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('data', async (chunk: string) => {
    text += chunk;
    if (text === 'reload\n') socket.end(`${JSON.stringify(await reload())}\n`);
    else if (text.length > requestLengthMax || text.includes('\n')) socket.destroy();
  });
}

/** Asks the server of that pid file to reload. Throws where none answers. */
export function askForReload(pidFile: string): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect({ path: controlPath(pidFile) }, () => socket.write('reload\n'));
    socket.setEncoding('utf8');
    socket.on('error', (error) =>
      reject(new Error(`no server answers beside ${pidFile}: ${systemErrorText(error)}`)),
    );
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('end', () => {
      if (answer === '') reject(new Error('the server ended before it had reloaded'));
      else resolve(JSON.parse(answer) as Verdict);
    });
  });
}
