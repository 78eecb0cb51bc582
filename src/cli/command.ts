import { type ParseArgsConfig, parseArgs } from 'node:util';
import { printError, printOutput } from './output.js';

type Options = NonNullable<ParseArgsConfig['options']>;
export type CommandWords<Flags extends Options> = ReturnType<
  typeof parseArgs<{ options: Flags; allowPositionals: true; args: string[] }>
>;

/** What every command says of itself, and how its flags are read. */
export interface Command<Flags extends Options> {
  readonly name: string;
  readonly help: string;
  readonly options: Flags;
  /** Gives the exit status, or a sentence that says what is wrong with the command line. */
  readonly run: (words: CommandWords<Flags>) => Promise<number | string>;
}

/** Runs a command; where its words are wrong (exit status 2), or help is asked for, it says so itself. */
export async function runCommand<Flags extends Options>(
  { name, help, options, run }: Command<Flags>,
  args: readonly string[],
): Promise<number> {
  let words: CommandWords<Flags>;
  try {
    words = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return wrongUse(name, (error as Error).message);
  }
  if ((words.values as { help?: boolean }).help) {
    printOutput(help);
    return 0;
  }
  const status = await run(words);
  return typeof status === 'string' ? wrongUse(name, status) : status;
}

function wrongUse(name: string, problem: string): number {
  printError(`lighttpd-ts ${name}: ${problem}`);
  printError(`Try lighttpd-ts ${name} --help.`);
  return 2;
}
