import { createConnection, createServer, type NetConnectOpts, type Server } from 'node:net';

/** Ports below the ephemeral ones, so that no outgoing connection takes them meanwhile. */
const firstPort = 20001;
const portCount = 12700;

/**
 * A port that nothing listens on, and that no other test process on this machine is given: the claim is an
 * abstract socket, which the kernel lets go when the process ends. Ports in round numbers are left out,
 * because they stand in texts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * portCount);
    if (port % 10 === 0) continue;
    const claim = await listening({ path: `\0lighttpd-ts-test-port-${port}` });
    if (claim === null) continue;
    claim.unref();
    const probe = await listening({ port, host: '127.0.0.1' });
    if (probe === null) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** Null where the address is taken. */
function listening(address: { path: string } | { port: number; host: string }): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(address, () => resolve(server));
  });
}

/** Waits until something accepts on the port: false where that takes too long, or `gaveUp` says so. */
export function accepts(
  port: number,
  host: string,
  gaveUp: () => boolean,
  timeoutMs = 15_000,
): Promise<boolean> {
  return acceptsAt({ port, host }, gaveUp, timeoutMs);
}

/** The same of a socket file, too. */
export async function acceptsAt(
  address: NetConnectOpts,
  gaveUp: () => boolean,
  timeoutMs = 15_000,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end && !gaveUp()) {
    const accepted = await new Promise<boolean>((resolve) => {
      const socket = createConnection(address, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (accepted) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
