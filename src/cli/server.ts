import {
  type ConfigTree,
  printedConfiguration,
  readServerConfiguration,
  testConfiguration,
} from '../process/configuration.js';
import { readOptions } from './options.js';
import { latin1Of, printDiagnostics, printError, printOutput } from './output.js';
import { featuresText, helpText, versionText } from './texts.js';

/** Every error, as in the reference. */
const failed = 255;

interface ServerOptions {
  configFile: string | null;
  tree: ConfigTree | null;
  moduleDir: string;
  idleTimeoutSeconds: number;
  oneRequest: boolean;
  foreground: boolean;
  print: boolean;
  tests: number;
}

/** lighttpd's command line (server_main_setup): options act from left to right, `-f` reads its file at once. */
export async function runServerCommand(words: readonly string[]): Promise<number> {
  const options: ServerOptions = {
    configFile: null,
    tree: null,
    moduleDir: '',
    idleTimeoutSeconds: 0,
    oneRequest: false,
    foreground: false,
    print: false,
    tests: 0,
  };
  for (const { letter, argument, problem } of readOptions(words, 'f:m:i:hvVD1pt')) {
    if (problem !== null) {
      printError(`lighttpd-ts: ${problem}`);
      printOutput(helpText());
      return failed;
    }
    const status = await apply(options, letter, argument);
    if (status !== null) return status;
  }
  return act(options);
}

/** Gives the exit status where the option ends the program. */
async function apply(options: ServerOptions, letter: string, argument: string): Promise<number | null> {
  switch (letter) {
    case 'f':
      return readFile(options, latin1Of(argument));
    case 'i':
      return readIdleTimeout(options, argument);
    case 'v':
      printOutput(versionText());
      return 0;
    case 'V':
      printOutput(featuresText());
      return 0;
    case 'h':
      printOutput(helpText());
      return 0;
    case 'm':
      options.moduleDir = argument;
      return null;
    case 'D':
      options.foreground = true;
      return null;
    case '1':
      options.oneRequest = true;
      return null;
    case 'p':
      options.print = true;
      return null;
    default:
      options.tests++;
      return null;
  }
}

async function readFile(options: ServerOptions, name: string): Promise<number | null> {
  if (options.tree !== null) {
    printError('Can only read one config file. Use the include command to use multiple config files.');
    return failed;
  }
  const { tree, diagnostics } = await readServerConfiguration(name);
  printDiagnostics(diagnostics);
  if (tree === null) return failed;
  options.tree = tree;
  options.configFile = name;
  return null;
}

/** A number as C's strtol with base 0 reads it: 0x10 is 16, 010 is 8. */
function readIdleTimeout(options: ServerOptions, text: string): number | null {
  const parts = /^\s*\+?(?:0x([0-9a-f]+)|0([0-7]*)|([1-9]\d*))$/i.exec(text);
  if (parts === null) {
    printError(`Invalid idle timeout value: ${text}`);
    return failed;
  }
  const [, hex, octal, decimal] = parts;
  if (decimal !== undefined) options.idleTimeoutSeconds = Number(decimal);
  else options.idleTimeoutSeconds = hex ? Number.parseInt(hex, 16) : Number.parseInt(octal || '0', 8);
  return null;
}

async function act(options: ServerOptions): Promise<number> {
  const { tree, print, tests } = options;
  if (tree === null) {
    printError('No configuration available. Try using -f option.');
    return failed;
  }
  if (print) printOutput(`${await printedConfiguration(tree)}\n`);
  if (tests === 1) printOutput('Syntax OK\n');
  if (print || tests === 1) return 0;
  if (tests > 1) {
    const diagnostics = await testConfiguration(tree, options.moduleDir);
    printDiagnostics(diagnostics);
    return diagnostics.hasErrors ? failed : 0;
  }
  return start(options, tree);
}

async function start(options: ServerOptions, tree: ConfigTree): Promise<number> {
  const { moduleDir, idleTimeoutSeconds, oneRequest, foreground } = options;
  if (oneRequest && !(await import('../process/one-request.js')).isServable()) {
    printError('lighttpd -1 stdin is not a socket');
    return failed;
  }
  const run = {
    tree,
    moduleDir,
    configFile: options.configFile ?? '-',
    idleTimeoutSeconds,
    oneRequest: oneRequest ? process.stdout : null,
    report: printError,
  };
  if (foreground || oneRequest) return (await import('../process/run-server.js')).runServer(run);
  const status = await (await import('../process/daemon.js')).startDaemon(run);
  // the channel to the process in the background must not keep this one
  process.exit(status);
}

/** The server's process in the background; the one that started it says what to run. */
export async function runDaemon(): Promise<void> {
  const daemon = await import('../process/daemon.js');
  daemon.runDaemon();
}
