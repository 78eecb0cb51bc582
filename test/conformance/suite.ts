import { readdirSync, readFileSync } from 'node:fs';
import type { Step } from '../helpers/exchange.js';
import type { FileTree, Text } from '../helpers/lay-out.js';
import { projectRoot } from '../helpers/project-root.js';

/** Pairs of a regular expression (flags `gm`) and its replacement. */
export type Replacements = readonly (readonly [string, string])[];

/** What the reference answered, reduced as `observe.ts` does. */
export interface ExpectedExchange {
  readonly responses: readonly ObservedResponse[];
  readonly closed: boolean;
}

export interface ObservedResponse {
  readonly bad?: string;
  readonly status?: number;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Long bodies are kept as a hash. */
  readonly body?: string | { readonly sha256: string; readonly length: number };
  readonly truncated?: boolean;
}

/** A login whose answer depends on the time and on what the server said before. */
export interface DigestStep {
  readonly digest: {
    readonly user: string;
    readonly realm: string;
    readonly pass: string;
    readonly uri: string;
    readonly text: string;
    readonly method?: string;
    readonly alg?: string;
    readonly qop?: string;
    readonly nc?: string;
    readonly cnonce?: string;
    readonly nonce?: string;
    /** Seconds since the nonce was made. */
    readonly age?: number;
  };
}

export type SuiteStep = Step | DigestStep;

/** What a suite and a case may both say about the comparison. */
interface ComparisonRules {
  readonly ignore?: readonly string[];
  readonly see?: readonly string[];
  readonly replace?: Replacements;
}

export interface RequestCase extends ComparisonRules {
  readonly name: string;
  readonly send: string | readonly SuiteStep[];
  readonly expect: ExpectedExchange;
  readonly responses?: number;
  /** The name of one of the suite's ports. */
  readonly port?: string;
  readonly timeout?: number;
  readonly partial?: boolean;
  readonly pick?: string;
  readonly sort?: string;
  readonly decode?: boolean;
  readonly etag_of?: string;
  readonly etag_host?: string;
  readonly capture?: Readonly<Record<string, readonly [string, string]>>;
}

export interface ConfigCase {
  readonly name: string;
  readonly config: Text;
  readonly files?: FileTree;
  readonly print?: boolean;
  readonly expect: { readonly accepted: boolean; readonly print?: string | null };
}

/** A file to compare once the server has stopped. */
export interface FileCase {
  readonly name: string;
  readonly file: string;
  readonly grep?: string;
  readonly replace?: Replacements;
  readonly expect: string;
}

export interface Suite extends ComparisonRules {
  readonly suite: string;
  readonly about: string;
  readonly config?: Text;
  readonly files?: FileTree;
  readonly env?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly ports?: readonly string[];
  readonly helpers?: readonly {
    readonly name: string;
    readonly run: string;
    readonly args?: readonly string[];
  }[];
  readonly cases?: readonly RequestCase[];
  readonly config_cases?: readonly ConfigCase[];
  readonly after?: readonly FileCase[];
}

export const helpersFolder = `${projectRoot}fixtures/conformance/helpers`;
const suitesFolder = `${projectRoot}fixtures/conformance/suites`;

export function suiteNames(): readonly string[] {
  return readdirSync(suitesFolder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

export function readSuite(name: string): Suite {
  return JSON.parse(readFileSync(`${suitesFolder}/${name}.json`, 'utf8'));
}

export function caseNames(suite: Suite): readonly string[] {
  return [...(suite.config_cases ?? []), ...(suite.cases ?? []), ...(suite.after ?? [])].map(
    ({ name }) => name,
  );
}
