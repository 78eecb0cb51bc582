import { createConnection } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const request = 'GET /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
/** Between two requests, so that the client itself is no load. */
const pauseMs = 4;

/**
 * Asks for a small file again and again until `until` is done, each time on a connection of its own; the milliseconds
 * that 99 of 100 answers took at most. Throws where an answer is not 200.
 */
export async function p99Ms(port: number, until: Promise<unknown>): Promise<number> {
  let isDone = false;
  void until.finally(() => {
    isDone = true;
  });
  const taken: number[] = [];
  while (!isDone) {
    const start = performance.now();
    const answer = await ask(port);
    taken.push(performance.now() - start);
    if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(`a good client got ${JSON.stringify(answer)}`);
    await wait(pauseMs);
  }
  taken.sort((a, b) => a - b);
  return taken[Math.floor(taken.length * 0.99)];
}

function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write(request));
    let answer = '';
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer to a good client within 10 s')));
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
