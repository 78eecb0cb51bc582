import { formatOrigin } from '../base/source-range.js';
import { renderText } from '../diagnostics/render-text.js';
import { type Migration, migrateFile } from '../migration/migrate/index.js';
import { type CommandWords, runCommand } from './command.js';
import { latin1Of, printError, printOutput } from './output.js';
import { replaceFile } from './replace-file.js';

const help = `usage: lighttpd-ts migrate FILE [--write] [-m DIR]

Rewrites what has another name in current lighttpd, or no effect any more, in a configuration and in all files that it
includes. It means the same afterwards, here and in lighttpd; comments and layout stay. What has to be decided by
somebody is named.

 --write     change the files; without it they are only read
 -m DIR      folder of your own modules, as the server's -m
 -h, --help  show this help

exit status:
 0  there is nothing (left) to do
 1  there are changes to write, or something is left to decide
 2  the configuration cannot be read, understood whole or written, or the command line is wrong
`;

const options = {
  write: { type: 'boolean', default: false },
  modules: { type: 'string', short: 'm', default: '' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Words = CommandWords<typeof options>;

/** `migrate`: a configuration in the words of current lighttpd. */
export function migrate(args: readonly string[]): Promise<number> {
  return runCommand({ name: 'migrate', help, options, run }, args);
}

async function run({ values, positionals }: Words): Promise<number | string> {
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) return 'migrate takes one file';
  if (file === '-') return 'migrate changes files; it cannot read standard input';
  try {
    const migration = await migrateFile(latin1Of(file), values.modules);
    if ('isWhole' in migration) {
      for (const diagnostic of migration.diagnostics) printError(renderText(diagnostic));
      printError(`${latin1Of(file)} cannot be understood whole: put these in order first`);
      return 2;
    }
    if (values.write)
      for (const [name, text] of migration.texts) replaceFile(Buffer.from(name, 'latin1'), text);
    print(migration, values.write);
    const isDone = values.write || migration.edits.length === 0;
    return isDone && migration.left.length === 0 ? 0 : 1;
  } catch (error) {
    printError(`lighttpd-ts migrate: ${latin1Of((error as Error).message)}`);
    return 2;
  }
}

function print({ edits, texts, left }: Migration, isWritten: boolean): void {
  const changes = edits.filter(({ what }) => what !== null);
  for (const { origin, what } of changes) printOutput(`${formatOrigin(origin)}: ${what}\n`);
  if (left.length > 0) printOutput(`${changes.length > 0 ? '\n' : ''}To be decided by you:\n\n`);
  for (const diagnostic of left) printOutput(`${renderText(diagnostic)}\n\n`);
  const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
  const where = changes.length > 0 ? ` in ${counted(texts.size, 'file')}` : '';
  const hint = isWritten || changes.length === 0 ? '' : '; --write makes them';
  printOutput(`${counted(changes.length, 'change')}${where}${hint}, ${left.length} left to decide\n`);
}
