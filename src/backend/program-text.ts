import { unicodeText } from '../base/latin1.js';

/** A program as it is to be started; all text is latin1. */
export interface ProgramCall {
  /** The file that is run, and what it is told: the first argument is its own name. */
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: ReadonlyMap<string, string>;
  /**
   * Second values of names that are in `environment`: getenv() finds the first value of a name, shells take the last.
   */
  readonly repeated?: readonly (readonly [name: string, value: string])[];
}

/** A call in Node's terms. */
export interface SystemCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Record<string, string>;
  /** `name=value`. */
  readonly repeated: readonly string[];
}

/**
 * The call in Node's terms. Where some of it is no UTF-8, `/bin/sh` puts the bytes together: `printf` makes any byte,
 * and `env -i` passes on the environment and nothing of its own. (What this cannot start is a file whose path is no
 * UTF-8 and holds a `=`: env takes it for a variable, and the program fails as one that is missing.)
 */
export function systemCall(call: ProgramCall): SystemCall {
  const file = unicodeText(call.file);
  const folder = unicodeText(call.folder);
  const args = call.args.map(unicodeText);
  const environment: Record<string, string> = {};
  let isText = file !== null && folder !== null && !args.includes(null);
  for (const [name, value] of call.environment) {
    const text = unicodeText(value);
    if (text === null) isText = false;
    else environment[name] = text;
  }
  if (!isText)
    return {
      file: '/bin/sh',
      args: ['sh', '-c', shellScript(call)],
      folder: '/',
      environment: {},
      repeated: [],
    };
  const repeated = (call.repeated ?? []).map(([name, value]) => `${name}=${unicodeText(value) ?? ''}`);
  return { file: file!, args: args as string[], folder: folder!, environment, repeated };
}

function shellScript({ file, args, folder, environment }: ProgramCall): string {
  const variables = [...environment].map(([name, value]) => shellBytes(`${name}=${value}`));
  const words = ['/usr/bin/env', '-i', ...variables, shellBytes(file), ...args.slice(1).map(shellBytes)];
  return `cd ${shellBytes(folder)} && exec ${words.join(' ')}`;
}

/** A shell word for these bytes. Line feeds at the end stand apart: `$(...)` would cut them off. */
function shellBytes(bytes: string): string {
  const lineFeeds = /\n*$/.exec(bytes)![0];
  const format = bytes
    .slice(0, bytes.length - lineFeeds.length)
    .replace(/[^A-Za-z0-9/_.=]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `"$(printf '${format}')${lineFeeds}"`;
}
