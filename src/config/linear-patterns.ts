import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 go over to its linear engine where a pattern backtracks without end. It counts for patterns that are compiled
 * afterwards, so call it first thing in a process. What that engine does not know is never given to V8 (pcre/engine-choice.ts).
 */
export function useLinearPatterns(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
