import { createConnection } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const request = 'GET /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const quietMs = 4000;
/** A tick of the kernel's clock (250 a second); what is quicker is no difference. */
const noiseMs = 4;
/** A machine that does something else for a moment is no reason to fail. */
const attempts = 5;
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

/** Does a good client wait less than twice as long beside the attack? `outcomes` says what was measured. */
export async function isQuickBeside(
  port: number,
  attack: () => Promise<void>,
): Promise<{ isQuick: boolean; outcomes: readonly string[] }> {
  const outcomes: string[] = [];
  let isQuick = false;
  for (let attempt = 0; attempt < attempts && !isQuick; attempt++) {
    const before = await p99Ms(port, wait(quietMs));
    const beside = await p99Ms(port, attack());
    // what else the machine does, it may have begun meanwhile
    const quiet = Math.max(before, await p99Ms(port, wait(quietMs)));
    isQuick = beside < 2 * quiet + noiseMs;
    outcomes.push(`p99 ${beside.toFixed(2)} ms, quiet ${quiet.toFixed(2)} ms`);
  }
  return { isQuick, outcomes };
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
