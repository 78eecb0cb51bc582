import type { ConnectionActivity } from '../../plugin/connection-state.js';

/**
 * The letters and words of lighttpd's scoreboard, in the order of its legend. Some name steps that take no time
 * here; programs that read the page still find them.
 */
export const scoreboard: readonly (readonly [letter: string, activity: string])[] = [
  ['k', 'keep-alive'],
  ['.', 'connect'],
  ['q', 'req-start'],
  ['r', 'read'],
  ['Q', 'req-end'],
  ['R', 'readpost'],
  ['h', 'handle-req'],
  ['s', 'resp-start'],
  ['W', 'write'],
  ['S', 'resp-end'],
  ['E', 'error'],
  ['C', 'close'],
];

export function scoreboardLetter(activity: ConnectionActivity): string {
  return scoreboard.find(([, name]) => name === activity)![0];
}
