import { fstatSync, readFileSync } from 'node:fs';
import { formatIpv6, parseIpv6 } from '../http/ip-address.js';
import type { ListenAddress } from './listen-address.js';
import { handleOf, type ListenHandle } from './listen-sockets.js';

/** SD_LISTEN_FDS_START of sd_listen_fds(3). */
const firstDescriptor = 3;
const socketsMax = 5000;

/** A socket that was open when the program started, and the address it is bound to, as conditions see it. */
export interface InheritedSocket {
  readonly token: string;
  readonly host: string;
  readonly port: number;
  readonly handle: ListenHandle;
}

/**
 * The sockets that systemd has opened for this process (LISTEN_PID and LISTEN_FDS); the variables are taken away, since
 * they are not for the programs that the server starts.
 */
export function takeInheritedSockets(environment: NodeJS.ProcessEnv): InheritedSocket[] {
  const count = Number(environment['LISTEN_FDS'] ?? 0);
  const isForUs = Number(environment['LISTEN_PID']) === process.pid;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  if (!isForUs || !(count > 0 && count < socketsMax)) return [];
  return Array.from({ length: count }, (_, i) => inheritedSocket(firstDescriptor + i));
}

/** Throws where the descriptor is no socket. */
export function inheritedSocket(fd: number): InheritedSocket {
  const handle = handleOf(fd);
  const name: { address?: string; port?: number } = {};
  if (handle.getsockname === undefined) {
    const path = socketPath(fd);
    return { token: path, host: path, port: 0, handle };
  }
  handle.getsockname(name);
  const { address = '', port = 0 } = name;
  const bytes = parseIpv6(address);
  return {
    token: `${bytes === null ? address : `[${formatIpv6(bytes)}]`}:${port}`,
    host: address,
    port,
    handle,
  };
}

/** Node does not tell the path of a unix socket, the kernel does. */
function socketPath(fd: number): string {
  const { ino } = fstatSync(fd);
  const lines = readFileSync('/proc/net/unix', 'latin1').split('\n');
  const fields = lines.map((line) => line.trim().split(/\s+/)).find((line) => line[6] === String(ino));
  return fields?.[7] ?? `socket:[${ino}]`;
}

/**
 * Which of the addresses to listen on, where sockets are inherited: server.bind and server.port only if server.bind
 * is set; and every inherited socket, with the settings of its block or the global ones (network_init).
 */
export function withInherited(
  addresses: readonly ListenAddress[],
  bind: string,
  inherited: readonly InheritedSocket[],
): readonly ListenAddress[] {
  if (inherited.length === 0) return addresses;
  const main = addresses.find(({ block }) => block === 0);
  const kept = addresses.filter((address) => address !== main || bind !== '');
  const known = new Set(kept.map(({ token }) => token));
  const settings = main?.settings ?? addresses[0].settings;
  const others = inherited
    .filter(({ token }) => !known.has(token))
    .map(({ token, host, port }) => ({ token, host, port, block: 0, settings }));
  return [...kept, ...others];
}
