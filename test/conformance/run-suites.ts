import type { Protocol } from './protocol.js';
import { type CaseResult, runSuite } from './run-suite.js';
import { caseNames, readSuite } from './suite.js';

export interface SuiteResult {
  readonly name: string;
  readonly cases: readonly CaseResult[];
}

interface RunAllOptions {
  readonly server: readonly string[];
  /** Only cases whose `suite: case` is such. */
  readonly wants?: (name: string) => boolean;
  readonly protocol?: Protocol;
  readonly workers?: number;
  /** How many suites run at once: cases mostly wait for a connection to stay open. */
  readonly jobs?: number;
}

export const jobsDefault = 6;

/** Starts all suites, a few at once; the promises come in the order of the names. */
export function runSuites(
  names: readonly string[],
  { server, wants = () => true, protocol, workers, jobs = jobsDefault }: RunAllOptions,
): readonly Promise<SuiteResult>[] {
  const waiting: (() => void)[] = [];
  let running = 0;
  const turn = async (): Promise<void> => {
    if (running >= jobs) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
  };
  const done = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  return names.map(async (name) => {
    await turn();
    const suite = readSuite(name);
    const wantsCase = (test: string) => wants(`${name}: ${test}`);
    try {
      return { name, cases: await runSuite(suite, { server, protocol, workers, wants: wantsCase }) };
    } catch (error) {
      const differences = [`the suite could not be run: ${error}`];
      return {
        name,
        cases: caseNames(suite)
          .filter(wantsCase)
          .map((test) => ({ name: test, differences })),
      };
    } finally {
      done();
    }
  });
}
