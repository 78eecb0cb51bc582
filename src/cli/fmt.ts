import * as fs from 'node:fs';
import { formatFileText } from '../migration/format/index.js';
import { type CommandWords, runCommand } from './command.js';
import { latin1Of, printDiagnostics, printError, printOutput } from './output.js';
import { replaceFile } from './replace-file.js';

const help = `usage: lighttpd-ts fmt FILE [--check]

Gives a configuration one layout; what it means and its comments stay. Included files are not touched. "-" reads
standard input and writes to standard output.

 --check     change nothing; name the file where it would be changed
 -h, --help  show this help

exit status:
 0  the file is formatted (with --check: it was before)
 1  with --check: it would be changed
 2  it has errors, or cannot be read or written, or the command line is wrong
`;

const options = {
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Words = CommandWords<typeof options>;

/** `fmt`: one layout for a configuration. */
export function fmt(args: readonly string[]): Promise<number> {
  return runCommand({ name: 'fmt', help, options, run }, args);
}

async function run({ values, positionals }: Words): Promise<number | string> {
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) return 'fmt takes one file';
  try {
    return format(file, values.check);
  } catch (error) {
    printError(`lighttpd-ts fmt: ${latin1Of((error as Error).message)}`);
    return 2;
  }
}

function format(file: string, onlyCheck: boolean): number {
  const name = latin1Of(file);
  const text = fs.readFileSync(file === '-' ? 0 : file, 'latin1');
  const formatted = formatFileText(name, text);
  if (typeof formatted !== 'string') {
    printDiagnostics(formatted);
    printError(`${name} is not formatted: put these in order first`);
    return 2;
  }
  if (onlyCheck) {
    if (formatted !== text) printOutput(`${name}\n`);
    return formatted === text ? 0 : 1;
  }
  if (file === '-') printOutput(formatted);
  else if (formatted !== text) replaceFile(file, formatted);
  return 0;
}
