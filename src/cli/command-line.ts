import { printError } from './output.js';
import { runServerCommand } from './server.js';

/** A command takes the words after its name, and gives the exit status. */
export type Command = (words: readonly string[]) => Promise<number>;

/** Each command is a file of this folder, loaded when it is asked for. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['check', async () => (await import('./check.js')).check],
  ['explain', async () => (await import('./explain.js')).explain],
  ['migrate', async () => (await import('./migrate.js')).migrate],
  ['compare', async () => notBuilt('compare')],
  ['fmt', async () => (await import('./fmt.js')).fmt],
  ['reload', async () => (await import('./reload.js')).reloadCommand],
  ['bench', async () => notBuilt('bench')],
]);

export async function main(words: readonly string[]): Promise<void> {
  process.exitCode = await runCommandLine(words);
}

/** Our own commands are words; everything else is lighttpd's command line. */
async function runCommandLine(words: readonly string[]): Promise<number> {
  const load = commands.get(words[0] ?? '');
  if (load === undefined) return runServerCommand(words);
  const command = await load();
  return command(words.slice(1));
}

function notBuilt(name: string): Command {
  return async () => {
    printError(`lighttpd-ts ${name} does not exist yet in this version.`);
    return 2;
  };
}
