import { readServerConfiguration } from '../process/configuration.js';
import { askForReload } from '../process/control-socket.js';
import { readOptions } from './options.js';
import { printError, printOutput } from './output.js';

const usage = `usage: lighttpd-ts reload [--pid-file FILE | -f CONFIG]

Tells a running server to read its configuration again and to start new workers with it, and waits for
the verdict: 0 when every new request is answered by them, 1 when the old ones go on, 2 when there is
no server to ask. The server is found by its pid file, or by the configuration that names it.

 --pid-file <name>  the server's pid file
 -f <name>          a configuration with server.pid-file (default: /etc/lighttpd/lighttpd.conf)
 -h                 show this help
`;

const noVerdict = 2;

/** `lighttpd-ts reload`. */
export async function reloadCommand(words: readonly string[]): Promise<number> {
  const { pidFile, problem, help } = await readWords(words);
  if (help) {
    printOutput(usage);
    return 0;
  }
  if (pidFile === null) {
    printError(`lighttpd-ts reload: ${problem}`);
    return noVerdict;
  }
  try {
    const { ok, lines } = await askForReload(pidFile);
    for (const line of lines)
      if (ok) printOutput(`${line}\n`);
      else printError(line);
    return ok ? 0 : 1;
  } catch (error) {
    printError(`lighttpd-ts reload: ${(error as Error).message}`);
    return noVerdict;
  }
}

interface ReloadOptions {
  readonly pidFile: string | null;
  readonly problem: string;
  readonly help: boolean;
}

async function readWords(words: readonly string[]): Promise<ReloadOptions> {
  const named = /^--pid-file(?:=(.*))?$/s.exec(words[0] ?? '');
  const pidFile = named === null ? null : (named[1] ?? words[1] ?? null);
  if (named !== null) return { pidFile, problem: '--pid-file needs the name of a file', help: false };
  let configFile = '/etc/lighttpd/lighttpd.conf';
  for (const { letter, argument, problem } of readOptions(words, 'f:h')) {
    if (problem !== null) return { pidFile: null, problem, help: false };
    if (letter === 'h') return { pidFile: null, problem: '', help: true };
    configFile = argument;
  }
  return { ...(await pidFileOf(configFile)), help: false };
}

/** The pid file that a configuration names. */
async function pidFileOf(configFile: string): Promise<{ pidFile: string | null; problem: string }> {
  const { tree } = await readServerConfiguration(Buffer.from(configFile, 'utf8').toString('latin1'));
  const settings = tree?.blocks[0].settings ?? [];
  const value = settings.find(({ key }) => key.toLowerCase() === 'server.pid-file')?.value;
  const pidFile = value?.type === 'string' ? value.value : null;
  return { pidFile, problem: `${configFile} names no server.pid-file; use --pid-file` };
}
