/** One room of the source tree: what it is for, and which other rooms it may import (types included). */
interface Room {
  readonly imports: readonly RoomName[];
  readonly reason: string;
}

export type RoomName =
  | 'grammar'
  | 'base'
  | 'diagnostics'
  | 'log'
  | 'http'
  | 'config'
  | 'files'
  | 'plugin'
  | 'acme'
  | 'backend'
  | 'modules'
  | 'lifecycle'
  | 'connection'
  | 'process'
  | 'migration'
  | 'cli'
  | 'main';

/** Imports go up this table, never down. `grammar` is the folder of that name, `main` is `src/main.ts`. */
export const rooms: Readonly<Record<RoomName, Room>> = {
  base: { imports: [], reason: 'base helpers know nothing of HTTP or lighttpd' },
  grammar: { imports: ['base'], reason: 'the grammar is pure: text in, tree out, nothing evaluated' },
  diagnostics: {
    imports: ['base'],
    reason: 'a problem is data; who finds it and who shows it are elsewhere',
  },
  log: { imports: ['base'], reason: 'a log writes lines; what they mean is the business of the caller' },
  http: { imports: ['base'], reason: 'protocol facts are pure functions' },
  config: {
    imports: ['base', 'diagnostics', 'grammar', 'http'],
    reason: 'the configuration is read without a server: `-tt` and `check` start nothing',
  },
  files: { imports: ['base', 'http'], reason: 'files are sent without knowing which module asked' },
  plugin: {
    imports: ['base', 'http', 'log', 'diagnostics', 'config', 'files'],
    reason: 'the contract is all that modules and the server know of each other',
  },
  acme: {
    imports: ['base', 'plugin'],
    reason: 'what speaks to an authority is loaded for that alone, in a process of its own',
  },
  backend: {
    imports: ['base', 'diagnostics', 'http', 'log', 'config', 'files', 'plugin'],
    reason: 'a gateway speaks to its backend, and its options have a table of their own',
  },
  modules: {
    imports: ['base', 'diagnostics', 'log', 'http', 'config', 'files', 'plugin', 'backend'],
    reason: 'a module sees the contract, never the wire, the lifecycle or the grammar',
  },
  lifecycle: {
    imports: ['base', 'http', 'log', 'config', 'files', 'plugin'],
    reason: 'a request is led through hooks, without knowing modules or sockets',
  },
  connection: {
    imports: ['base', 'http', 'log', 'files', 'plugin', 'lifecycle'],
    reason: 'the wire knows requests and the files to send, not what answers them',
  },
  process: {
    imports: [
      'base',
      'diagnostics',
      'log',
      'http',
      'config',
      'files',
      'plugin',
      'acme',
      'backend',
      'modules',
      'lifecycle',
      'connection',
    ],
    reason: 'the supervisor and its workers put the server together; text is parsed in config/',
  },
  migration: {
    imports: [
      'base',
      'http',
      'diagnostics',
      'log',
      'grammar',
      'config',
      'files',
      'plugin',
      'modules',
      'lifecycle',
    ],
    reason: 'check, migrate, explain and compare work on text, tables and hooks, without a socket',
  },
  cli: {
    imports: ['process', 'migration', 'diagnostics', 'base'],
    reason: 'a command reads flags, calls one function and prints',
  },
  main: { imports: ['cli'], reason: 'the program is the command line' },
};

/** Rooms that see of `modules/` only its list and what goes through that list, never a module itself. */
export const seeNoModule: readonly RoomName[] = ['process', 'migration'];

/** `mod_ssi` for `src/modules/mod_ssi.ts` and for all below `src/modules/mod_ssi/`; null where no module stands. */
export function moduleOf(path: string): string | null {
  return /^src\/modules\/(mod_[a-z0-9_]+|core)(?:\.ts$|\/)/.exec(path)?.[1] ?? null;
}

/** Each package has one home, so that it can be replaced there. */
export const packageHomes: Readonly<Record<string, readonly RoomName[]>> = {
  '@bokuweb/zstd-wasm': ['modules'],
  'acme-client': ['acme'],
  chevrotain: ['grammar'],
  chokidar: ['process'],
  fengari: ['modules'],
  'hash-wasm': ['modules'],
  koffi: ['backend'],
  ldapts: ['modules'],
  maxmind: ['files'],
  mime: ['modules'],
  'node-sqlite3-wasm': ['files'],
  pino: ['log'],
  saxes: ['modules'],
};

/** The only places that touch the file system: everything else gets bytes and facts from them. */
export const fileSystemPlaces: readonly string[] = [
  'src/config/read',
  'src/files/',
  'src/backend/',
  'src/log/',
  'src/process/',
  'src/cli/',
];

/** The room of a path from the project's root; null for tests, benchmarks and tools. */
export function roomOf(path: string): RoomName | null {
  if (path.startsWith('grammar/')) return 'grammar';
  const [top, room] = path.split('/');
  if (top !== 'src' || room === undefined) return null;
  if (room === 'main.ts') return 'main';
  return room in rooms ? (room as RoomName) : null;
}
