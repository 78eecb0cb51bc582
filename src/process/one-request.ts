import { fstatSync } from 'node:fs';
import * as net from 'node:net';
import type { Writable } from 'node:stream';
import { type AdoptedState, type ConnectionHandle, freshState } from '../connection/adopted-state.js';
import type { ListenSocket } from '../plugin/connection-state.js';
import type { ListenAddress } from './listen-address.js';

/** The one connection that a server started with `-1` serves. */
export interface OneConnection {
  readonly state: AdoptedState;
  readonly handle: ConnectionHandle;
}

/** May standard input be served: is it a socket, or a pipe? */
export function isServable(): boolean {
  const input = fstatSync(0);
  return input.isSocket() || input.isFIFO();
}

/**
 * Takes standard input as a connection (server_oneshot_init, server_oneshot_init_pipe): a socket as it is; pipes, as
 * netcat has them, joined to a connection within this process, with the addresses that netcat tells.
 */
export async function standardInput(
  addresses: readonly ListenAddress[],
  answerTo: Writable,
): Promise<OneConnection> {
  if (fstatSync(0).isSocket()) {
    const handle = takeHandle(new net.Socket({ fd: 0 }));
    const { address = '', port = 0 } = localName(handle);
    return { state: onlyState(listenSocket(addresses, address, port)), handle };
  }
  const { NCAT_LOCAL_ADDR, NCAT_LOCAL_PORT, NCAT_REMOTE_ADDR, NCAT_REMOTE_PORT } = process.env;
  const local = listenSocket(addresses, NCAT_LOCAL_ADDR ?? '127.0.0.1', Number(NCAT_LOCAL_PORT ?? 80));
  const state = {
    ...onlyState(local),
    peerAddress: NCAT_REMOTE_ADDR ?? '127.0.0.1',
    peerPort: Number(NCAT_REMOTE_PORT ?? 48080),
  };
  return { state, handle: await joinedPipes(answerTo) };
}

function onlyState(socket: ListenSocket): AdoptedState {
  return { ...freshState(socket), isLast: true };
}

/** The socket that would have taken the connection: same address, any address, or the first. */
function listenSocket(addresses: readonly ListenAddress[], address: string, port: number): ListenSocket {
  const samePort = addresses.filter((one) => one.port === port);
  const chosen =
    samePort.find(({ host }) => host === address) ??
    samePort.find(({ host }) => host === '0.0.0.0' || host === '::') ??
    addresses[0];
  return { token: chosen.token, address: chosen.host, port: chosen.port, isTls: false };
}

function localName(handle: ConnectionHandle): { address?: string; port?: number } {
  const name = {};
  (handle as { getsockname?: (into: object) => void }).getsockname?.(name);
  return name;
}

/** Two ends in this process: one is for the worker, the other is fed from standard input and feeds the other pipe. */
function joinedPipes(answerTo: Writable): Promise<ConnectionHandle> {
  return new Promise((resolve, reject) => {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      server.close();
      resolve(takeHandle(socket));
    });
    server.once('error', reject);
    server.listen({ path: `\0lighttpd-ts-one-request-${process.pid}` }, () => {
      const path = server.address() as string;
      const end = net.connect({ path, allowHalfOpen: true });
      process.stdin.pipe(end).pipe(answerTo);
      for (const stream of [process.stdin, end, answerTo]) stream.on('error', () => end.destroy());
    });
  });
}

/** Takes the connection from a socket that has read nothing. */
function takeHandle(socket: net.Socket): ConnectionHandle {
  const owner = socket as unknown as { _handle: ConnectionHandle };
  const handle = owner._handle;
  owner._handle = null as never;
  return handle;
}
