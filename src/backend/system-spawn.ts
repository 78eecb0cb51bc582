import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type { ProgramCall } from './program-text.js';

/** Descriptors that a program gets as its own 0, 1 and 2; `none` is /dev/null. */
export interface ProgramDescriptors {
  readonly input: number | 'none';
  readonly output: number;
  readonly errors: number;
}

export interface PipeEnds {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** How a program ended: with a status, or by a signal's number. */
export interface ProgramEnd {
  readonly status: number | null;
  readonly signal: number;
}

/** Numbers and sizes below are those of Linux on these, whether the C library is glibc or musl. */
const supportedArchitectures = ['x64', 'arm64'];
/** More than any object of the C library takes here: file actions are 80 bytes, attributes 336, a signal set 128. */
const objectBytes = 512;
const pointerBytes = 8;
const setSignalDefaults = 4;
const setSignalMask = 8;
const closeOnExec = 0o2000000;
const doNotWait = 1;

type Call = (...values: (number | string | Buffer)[]) => number;

/** What is called of the C library, and with what; each call gives an int. */
const parameters = {
  posix_spawn: 'void *pid, void *path, void *actions, void *attributes, void *argv, void *envp',
  posix_spawn_file_actions_init: 'void *actions',
  posix_spawn_file_actions_adddup2: 'void *actions, int from, int to',
  posix_spawn_file_actions_addopen: 'void *actions, int fd, void *path, int flags, int mode',
  posix_spawn_file_actions_addchdir_np: 'void *actions, void *path',
  posix_spawn_file_actions_destroy: 'void *actions',
  posix_spawnattr_init: 'void *attributes',
  posix_spawnattr_setsigdefault: 'void *attributes, void *signals',
  posix_spawnattr_setflags: 'void *attributes, short flags',
  waitpid: 'int pid, void *status, int options',
  pipe2: 'void *ends, int flags',
};

type Library = Readonly<Record<keyof typeof parameters, Call>>;

/**
 * posix_spawn(3) and what belongs to it, called by koffi. Node forks: that copies the page tables of the whole server,
 * and each page that either side writes afterwards, while posix_spawn shares the memory until the program runs. Bytes
 * reach the program as they are, whatever they mean.
 */
export class SystemSpawn {
  private readonly library: Library;
  private readonly addressOf: (bytes: Buffer) => bigint;
  private readonly errorNumber: () => number;
  /** Signals as a program expects them: none ignored, none held back. */
  private readonly attributes = Buffer.alloc(objectBytes);
  private readonly actions = Buffer.alloc(objectBytes);
  private readonly numbers = Buffer.alloc(8);
  private readonly nullDevice = Buffer.from('/dev/null\0');

  private constructor(library: Library, koffi: typeof import('koffi')) {
    this.library = library;
    this.addressOf = (bytes) => koffi.address(bytes);
    this.errorNumber = () => koffi.errno();
    library.posix_spawnattr_init(this.attributes);
    library.posix_spawnattr_setsigdefault(this.attributes, Buffer.alloc(objectBytes, 0xff));
    library.posix_spawnattr_setflags(this.attributes, setSignalDefaults | setSignalMask);
  }

  /** Why it cannot be called, where it cannot. */
  static load(): SystemSpawn | string {
    const { platform, arch } = process;
    if (platform !== 'linux' || !supportedArchitectures.includes(arch)) return `not on ${platform} ${arch}`;
    try {
      const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
      const own = koffi.load(null);
      const calls = Object.entries(parameters).map(([name, taken]) => [
        name,
        own.func(`int ${name}(${taken})`),
      ]);
      return new SystemSpawn(Object.fromEntries(calls) as Library, koffi);
    } catch (error) {
      return `koffi cannot be loaded, which npm ci brings: ${(error as Error).message.split('\n', 1)[0]}`;
    }
  }

  /** Both ends are closed in programs. Throws where there are no more descriptors. */
  pipe(): PipeEnds {
    if (this.library.pipe2(this.numbers, closeOnExec) !== 0) throw systemError('pipe2', this.errorNumber());
    return { readEnd: this.numbers.readInt32LE(0), writeEnd: this.numbers.readInt32LE(4) };
  }

  /** Gives the process's number. Throws where the program cannot be started. */
  start(call: ProgramCall, descriptors: ProgramDescriptors): number {
    const { library, actions, numbers } = this;
    const path = cString(call.file);
    const environment = [...call.environment, ...(call.repeated ?? [])];
    const words = this.pointers(call.args);
    const variables = this.pointers(environment.map(([name, value]) => `${name}=${value}`));
    library.posix_spawn_file_actions_init(actions);
    try {
      this.addActions(cString(call.folder), descriptors);
      const error = library.posix_spawn(
        numbers,
        path,
        actions,
        this.attributes,
        words.table,
        variables.table,
      );
      if (error !== 0) throw systemError('posix_spawn', error);
      return numbers.readInt32LE(0);
    } finally {
      library.posix_spawn_file_actions_destroy(actions);
    }
  }

  private addActions(folder: Buffer, { input, output, errors }: ProgramDescriptors): void {
    const { library, actions } = this;
    const results = [
      library.posix_spawn_file_actions_addchdir_np(actions, folder),
      input === 'none'
        ? library.posix_spawn_file_actions_addopen(actions, 0, this.nullDevice, 0, 0)
        : library.posix_spawn_file_actions_adddup2(actions, input, 0),
      library.posix_spawn_file_actions_adddup2(actions, output, 1),
      library.posix_spawn_file_actions_adddup2(actions, errors, 2),
    ];
    const error = results.find((result) => result !== 0);
    if (error !== undefined) throw systemError('posix_spawn', error);
  }

  /** How the program has ended; null while it runs. */
  endOf(pid: number): ProgramEnd | null {
    const found = this.library.waitpid(pid, this.numbers, doNotWait);
    if (found === 0) return null;
    // reaped by somebody else: its number may be another's by now
    if (found !== pid) return { status: null, signal: 0 };
    const word = this.numbers.readInt32LE(0);
    const signal = word & 0x7f;
    return signal === 0 ? { status: (word >> 8) & 0xff, signal } : { status: null, signal };
  }

  /** A table of C strings that ends with a null pointer; `texts` must live as long as the table is used. */
  private pointers(words: readonly string[]): { readonly table: Buffer; readonly texts: Buffer } {
    const texts = Buffer.allocUnsafeSlow(words.reduce((sum, word) => sum + word.length + 1, 0));
    const table = Buffer.alloc((words.length + 1) * pointerBytes);
    const address = this.addressOf(texts);
    let at = 0;
    for (let i = 0; i < words.length; i++) {
      refuseNul(words[i]);
      table.writeBigUInt64LE(address + BigInt(at), i * pointerBytes);
      at += texts.write(words[i], at, 'latin1');
      texts[at++] = 0;
    }
    return { table, texts };
  }
}

function cString(text: string): Buffer {
  refuseNul(text);
  return Buffer.from(`${text}\0`, 'latin1');
}

function refuseNul(text: string): void {
  if (text.includes('\0')) throw new Error('what a program is told cannot hold a NUL');
}

/** Node's own names leave out some that only execve(2) gives. */
function systemError(call: string, number: number): NodeJS.ErrnoException {
  const code = nameOf(constants.errno, number) ?? `error ${number}`;
  const error: NodeJS.ErrnoException = new Error(`${call} ${code}`);
  error.code = code;
  error.errno = -number;
  error.syscall = call;
  return error;
}

/** The name of a signal's number; null for 0. */
export function signalName(number: number): NodeJS.Signals | null {
  return number === 0 ? null : (nameOf(constants.signals, number) as NodeJS.Signals | null);
}

function nameOf(numbers: object, number: number): string | null {
  return Object.entries(numbers).find(([, known]) => known === number)?.[0] ?? null;
}
