import type { StdioOptions, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { ConfigSyntax } from '../../grammar/index.js';
import { systemErrorText } from '../base/system-error.js';
import { DiagnosticList } from '../diagnostics/diagnostic.js';
import { Evaluator } from './evaluate.js';
import { type Folders, glob } from './glob.js';
import { LoadError, type TextLoader } from './load-error.js';
import type { ConfigTree } from './tree.js';

/** Larger texts are refused, as by the reference. */
const textBytesMax = 32 * 1024 * 1024;
const chunkBytes = 65_536;
const commandTimeoutMs = 10_000;

export interface ReadOptions {
  /** How long the command of an `include_shell` may take; 10 seconds if missing. */
  readonly commandTimeoutMs?: number;
  /** What `env.` names; that of this process if missing. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The grammar to use again where many configurations are read. */
  readonly syntax?: ConfigSyntax;
  /** Texts that are read in place of files of these names. */
  readonly texts?: ReadonlyMap<string, string>;
  /** What `var.PID` is; the process's own otherwise. */
  readonly processId?: number;
}

export interface ReadConfiguration {
  /** What could be understood; to be used only if `diagnostics` has no errors. Null where there was no text at all. */
  readonly tree: ConfigTree | null;
  readonly diagnostics: DiagnosticList;
}

/** Reads a configuration file (`-`: standard input) with all that it includes, and evaluates it. */
export function readConfiguration(fileName: string, options: ReadOptions = {}): ReadConfiguration {
  const diagnostics = new DiagnosticList();
  const loader = new FileLoader(fileName, options);
  const text = readMainText(fileName, loader, diagnostics);
  if (text === null) return { tree: null, diagnostics };
  const main = { name: fileName, text, includedFrom: null };
  const evaluator = new Evaluator(main, options.syntax ?? new ConfigSyntax(), loader, diagnostics);
  return { tree: evaluator.run(main, loader.basedir), diagnostics };
}

function readMainText(fileName: string, loader: TextLoader, diagnostics: DiagnosticList): string | null {
  try {
    return fileName === '-' ? readText(0, fileName) : loader.readFile(fileName);
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    diagnostics.error(error.code, null, error.message, error.detail);
    return null;
  }
}

class FileLoader implements TextLoader {
  readonly workingFolder = toLatin1(process.cwd());
  readonly processId: number;
  /** Folder of the main file with a slash at its end; empty for the working directory. */
  readonly basedir: string;
  private readonly commandTimeoutMs: number;
  private readonly environment: Readonly<Record<string, string | undefined>>;
  private readonly texts: ReadonlyMap<string, string> | undefined;

  constructor(mainFile: string, options: ReadOptions) {
    this.processId = options.processId ?? process.pid;
    this.basedir = mainFile.slice(0, mainFile.lastIndexOf('/') + 1);
    this.commandTimeoutMs = options.commandTimeoutMs ?? commandTimeoutMs;
    this.environment = options.environment ?? process.env;
    this.texts = options.texts;
  }

  environmentVariable(name: string): string | undefined {
    const value = this.environment[name];
    return value === undefined ? undefined : toLatin1(value);
  }

  /** Names are relative to the main file's folder; with `./` or `../` before them, to the working directory. */
  expandInclude(pattern: string): string[] {
    const path = /^(?:\/|\\|\.\.?[/\\])/.test(pattern) ? pattern : this.basedir + pattern;
    const names = path.includes('\0') ? [] : glob(path, folders);
    if (names === null)
      throw new LoadError('include-failed', 'The braces stand for too many names', 'Use fewer.');
    if (names.length === 0 && !/[*?[\]{}]/.test(path)) {
      const detail = 'Names are relative to the folder of the main file, not of this one.';
      throw new LoadError('include-failed', `include file not found: ${path}`, detail);
    }
    return names;
  }

  readFile(name: string): string {
    const given = this.texts?.get(name);
    if (given !== undefined) return given;
    let file: number;
    try {
      file = openSync(Buffer.from(name, 'latin1'), 'r');
    } catch (error) {
      throw unreadable(name, systemErrorText(error));
    }
    try {
      return readText(file, name);
    } finally {
      closeSync(file);
    }
  }

  runCommand(command: string): string {
    const isProgram = /^\/[^\t\n !"#$&'()*;<>?[\\\]`{|}]*$/.test(command);
    const ownShell = this.environment['SHELL'];
    const shell = ownShell && !/^(?:\/usr)?\/bin\/false$/.test(ownShell) ? ownShell : '/bin/sh';
    if (isProgram) refuseScriptWithoutShell(command);
    const [program, parameters] = isProgram ? [command, []] : [shell, ['-c', fromLatin1(command)]];
    // a group of its own, so that what the command starts can be ended with it; Node's types leave `detached` out
    const options = {
      cwd: this.basedir === '' ? undefined : Buffer.from(this.basedir, 'latin1').toString(),
      stdio: ['inherit', 'pipe', 'inherit'] as StdioOptions,
      timeout: this.commandTimeoutMs,
      killSignal: 'SIGKILL' as const,
      detached: true,
      maxBuffer: textBytesMax,
      encoding: 'latin1' as const,
    };
    // loaded when a command is to be run: few configurations run any
    const result = process.getBuiltinModule('node:child_process').spawnSync(program, parameters, options);
    const problem = commandProblem(result, this.commandTimeoutMs);
    if (problem === null) return result.stdout;
    killGroup(result.pid);
    throw commandError(command, problem);
  }
}

/** What the command has started may go on when the command itself was ended. */
function killGroup(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // nothing of it is left
  }
}

/** What the kernel runs by itself begins with one of these; Node would hand other files to a shell. */
function refuseScriptWithoutShell(program: string): void {
  let file: number;
  try {
    file = openSync(Buffer.from(program, 'latin1'), 'r');
  } catch {
    // running it says what is wrong, and a program need not be readable
    return;
  }
  const start = Buffer.alloc(4);
  readSync(file, start);
  closeSync(file);
  if (!/^(?:#!|\x7fELF)/.test(start.toString('latin1')))
    throw commandError(program, 'cannot be run: it does not begin with #!');
}

function commandError(command: string, problem: string): LoadError {
  const detail = 'Run it by hand in the folder of the main file.';
  return new LoadError('include-shell-failed', `command "${command}" ${problem}`, detail);
}

function commandProblem(
  { error, status, signal }: ReturnType<typeof spawnSync>,
  timeoutMs: number,
): string | null {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ETIMEDOUT') return `took more than ${timeoutMs / 1000} seconds and was ended`;
  if (code === 'ENOBUFS') return `printed more than ${textBytesMax / 1024 / 1024} MB`;
  if (error !== undefined) return `cannot be run: ${systemErrorText(error)}`;
  if (signal !== null) return `was ended by ${signal}`;
  return status === 0 ? null : `exited non-zero: ${status}`;
}

const folders: Folders = {
  list(folder) {
    try {
      const names = readdirSync(Buffer.from(folder, 'latin1'), { encoding: 'buffer' });
      return names.map((name) => name.toString('latin1'));
    } catch {
      return [];
    }
  },
  exists(path) {
    return lstatSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false }) !== undefined;
  },
};

function readText(file: number, name: string): string {
  try {
    const bytes = readBytes(file);
    if (bytes !== null) return bytes.toString('latin1');
  } catch (error) {
    throw unreadable(name, systemErrorText(error));
  }
  throw unreadable(name, `It is larger than ${textBytesMax / 1024 / 1024} MB`);
}

/** Also reads what has no size beforehand: standard input, a pipe. Null where it is too large. */
function readBytes(file: number): Buffer | null {
  const { size } = fstatSync(file);
  if (size >= textBytesMax) return null;
  const chunks: Buffer[] = [];
  for (let total = 0; total < textBytesMax; ) {
    const chunk = Buffer.allocUnsafe(Math.max(chunkBytes, size + 1 - total));
    const length = readSync(file, chunk);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return null;
}

function unreadable(name: string, reason: string): LoadError {
  const detail = 'Give the name of a configuration that this user may read.';
  return new LoadError('file-unreadable', `opening configfile ${name} failed: ${reason}`, detail);
}

function toLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function fromLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
