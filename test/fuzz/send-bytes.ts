import { createConnection } from 'node:net';
import type { Random } from './random.js';

const closePatienceMs = 15_000;

/**
 * Sends the bytes, in two pieces at times, and then ends its side, or now and then breaks the connection. False where
 * the server does not close in turn.
 */
export function isClosedAfter(port: number, bytes: Buffer, random: Random): Promise<boolean> {
  const cut = random.below(3) === 0 ? random.below(bytes.length + 1) : bytes.length;
  const breaks = random.below(20) === 0;
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, closePatienceMs);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(true);
    });
    socket.resume();
    socket.write(bytes.subarray(0, cut));
    setImmediate(() => {
      if (breaks) socket.resetAndDestroy();
      else socket.end(bytes.subarray(cut));
    });
  });
}
