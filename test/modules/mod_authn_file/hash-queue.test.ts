import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { after, test } from 'node:test';
import { HashQueue } from '../../../src/modules/mod_authn_file/hash-queue.js';

/** About 10 ms each. */
const hash =
  '$6$saltstring$ZCuwkANHiadI7CJp.4wFBoZuAY3fV0RkU3tiS8wDSQvhgpizff7IO/eoXsLYeQWdYzFGaFlYBO6giIueNDH1G0';
const forever = new Promise<void>(() => {});

const queue = new HashQueue();
after(() => queue.stop());

test('right and wrong passwords are told apart', async () => {
  assert.equal(await queue.verify('a', 's512-pw', hash, forever), true);
  assert.equal(await queue.verify('a', 'wrong', hash, forever), false);
});

test('a client with many guesses delays another by one, and the event loop by nothing', async () => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let guessesDone = 0;
  const guesses = Array.from({ length: 40 }, async (_, i) => {
    await queue.verify('guesser', `guess ${i}`, hash, forever);
    guessesDone++;
  });
  assert.equal(await queue.verify('other', 's512-pw', hash, forever), true);
  assert.ok(guessesDone <= 2, `${guessesDone} guesses were done first`);
  await Promise.all(guesses);
  delay.disable();
  assert.ok(delay.percentile(50) < 10e6, `the event loop was held up for ${delay.percentile(50) / 1e6} ms`);
});

test('what nobody waits for any more is not computed', async () => {
  const running = queue.verify('a', 'one', hash, forever);
  const abandoned = queue.verify('a', 's512-pw', hash, Promise.resolve());
  await running;
  assert.equal(await abandoned, false);
});

test('a stopped queue starts again when it is asked', async () => {
  await queue.stop();
  assert.equal(await queue.verify('a', 's512-pw', hash, forever), true);
});
