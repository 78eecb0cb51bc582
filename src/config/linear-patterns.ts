import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 go over to its linear engine where a pattern backtracks without end. It counts for patterns that are compiled
 * afterwards, so call it first thing in a process. Patterns with lookarounds or back references are left as they are.
 */
export function useLinearPatterns(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
