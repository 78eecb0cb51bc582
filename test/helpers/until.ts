import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the condition holds; false where it does not within the time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if (await condition()) return true;
    await sleep(20);
  }
  return condition();
}
