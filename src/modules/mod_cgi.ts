/**
 * Runs programs that make the answer (CGI/1.1, RFC 3875): a file whose path ends in one of the suffixes of cgi.assign
 * is started for each request, or given to its interpreter. Asked when the file is known; what it does not take is
 * left to other modules, which may send it as a file.
 */
import { constants } from 'node:os';
import { environmentLines } from '../backend/cgi-environment.js';
import { CgiRun } from '../backend/cgi-run.js';
import { ProgramStarter } from '../backend/program-starter.js';
import { allowsUpgrade, streamsRequestBody } from '../backend/request-policy.js';
import type { SendfileOptions } from '../backend/x-sendfile.js';
import { lowerAscii } from '../base/ascii.js';
import { withSlash } from '../base/path.js';
import {
  bool,
  type ConfigOf,
  list,
  map,
  type ReadContext,
  readNumber,
  stringMap,
} from '../config/directive.js';
import type { ArrayValue, ConfigValue } from '../config/tree.js';
import { StatEntry } from '../files/stat-cache.js';
import { simplifyPath } from '../http/decode-path.js';
import { defineModule, type ExplainLine, type StartContext } from '../plugin/define-module.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { LoadedModule } from '../plugin/loaded-module.js';
import type { RequestState } from '../plugin/request-state.js';

interface Assignment {
  readonly suffix: string;
  /** Empty: the file runs by itself. */
  readonly interpreter: string;
}

/** Seconds, 0 for no limit; and the number of a signal, 0 for none. */
interface Limits {
  readonly readTimeout: number;
  readonly writeTimeout: number;
  readonly halfCloseSignal: number;
}

const noLimits: Limits = { readTimeout: 0, writeTimeout: 0, halfCloseSignal: 0 };

const directives = {
  'cgi.assign': stringMap<Assignment, readonly Assignment[], readonly Assignment[]>({
    scope: 'connection',
    since: '1.4.1',
    default: [],
    entry: (suffix, interpreter) => ({ suffix, interpreter }),
    doc: 'Which program runs files whose path ends like this; an empty one stands for the file itself. The first match counts.',
    example: 'cgi.assign = ( ".pl" => "/usr/bin/perl", ".cgi" => "" )',
  }),
  'cgi.execute-x-only': bool({
    scope: 'connection',
    since: '1.4.24',
    doc: 'Only files that are executable are run; others are left to the modules that send files.',
    example: 'cgi.execute-x-only = "enable"',
  }),
  'cgi.limits': map<Limits, Limits>({
    scope: 'connection',
    since: '1.4.60',
    default: noLimits,
    build: readLimits,
    doc: 'Seconds that a program may keep the server waiting for its output ("read-timeout") or for it to read the body ("write-timeout"), and the signal that it gets once the client closes its side ("tcp-fin-propagate").',
    example: 'cgi.limits = ( "read-timeout" => 60, "tcp-fin-propagate" => "SIGTERM" )',
  }),
  'cgi.local-redir': bool({
    scope: 'connection',
    since: '1.4.46',
    doc: 'An answer that is nothing but a Location with a path of this server is replaced by what that path answers.',
    example: 'cgi.local-redir = "enable"',
  }),
  'cgi.upgrade': bool({
    scope: 'connection',
    since: '1.4.46',
    doc: 'Programs may switch the connection to another protocol with status 101.',
    example: 'cgi.upgrade = "enable"',
  }),
  'cgi.x-sendfile': bool({
    scope: 'connection',
    since: '1.4.40',
    doc: 'Programs may name a file in the header X-Sendfile, which is sent instead of their output.',
    example: 'cgi.x-sendfile = "enable"',
  }),
  'cgi.x-sendfile-docroot': list<string, readonly string[], readonly string[]>({
    scope: 'connection',
    since: '1.4.40',
    default: [],
    entry: readDocroot,
    doc: 'Folders below which X-Sendfile may name files; without any, every file that the server can read.',
    example: 'cgi.x-sendfile-docroot = ( "/srv/downloads" )',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  readonly self: LoadedModule;
  readonly runs: Set<CgiRun>;
  readonly now: () => number;
  /** The body of a request becomes one file, which the program reads by itself. */
  readonly bodyAsFile: boolean;
  readonly inherited: ReadonlyMap<string, string>;
  readonly programs: ProgramStarter;
}

export const modCgi = defineModule({
  name: 'mod_cgi',
  directives,
  isUsed: (config) => (config['cgi.assign'] ?? []).length > 0,
  start,
  hooks: {
    subrequestStart: takeProgram,
    subrequest: (request, _config, { self }) => runOf(request, self)?.start() ?? HandlerResult.goOn,
    requestReset: (request, _config, { self }) => runOf(request, self)?.close(),
    trigger: ({ runs, now }) => {
      for (const run of runs) run.checkTimeouts(now());
    },
  },
  decidesOnly: true,
  explain: explainProgram,
  stop: ({ runs, programs }) => {
    for (const run of runs) run.close();
    programs.stop();
  },
});

function start({ server, self }: StartContext<Config>): State {
  const programs = new ProgramStarter();
  if (programs.problem !== null)
    server.errorLog.info(
      'mod_cgi.c',
      `programs are started by Node, at half the speed (${programs.problem})`,
    );
  return {
    self,
    runs: new Set(),
    now: () => server.clock.monotonicSeconds,
    bodyAsFile: server.features.bool('cgi.tempfile-accum', true),
    inherited: inheritedVariables(),
    programs,
  };
}

function runOf(request: RequestState, self: LoadedModule): CgiRun | undefined {
  return request.moduleData[self.index] as CgiRun | undefined;
}

/** Undefined for a request that is not for a program. */
function assignmentOf(request: RequestState, config: Config): Config['cgi.assign'][number] | undefined {
  const { handler, physical } = request;
  if (handler !== null) return undefined;
  const assignment = config['cgi.assign'].find(({ suffix }) => physical.path.endsWith(suffix));
  if (assignment === undefined) return undefined;
  const entry = statOf(request);
  if (entry === null || !entry.isFile) return undefined;
  return config['cgi.execute-x-only'] && !entry.isExecutable ? undefined : assignment;
}

function explainProgram(request: RequestState, config: Config): readonly ExplainLine[] {
  const assignment = assignmentOf(request, config);
  if (assignment === undefined) return [];
  const program = `${assignment.interpreter} ${request.physical.path}`.trim();
  const variables = environmentLines(request, {}).map((line) => ({ text: `with ${line}` }));
  return [{ text: `runs ${program}`, origin: null }, ...variables];
}

function takeProgram(request: RequestState, config: Config, state: State): HandlerResult {
  const assignment = assignmentOf(request, config);
  if (assignment === undefined) return HandlerResult.goOn;
  const upgrade = allowsUpgrade(request, config['cgi.upgrade']);
  const streamRequestBody = streamsRequestBody(request, upgrade);
  if (streamRequestBody === null) return HandlerResult.finished;
  const run = new CgiRun(request, {
    interpreter: assignment.interpreter,
    upgrade,
    streamRequestBody,
    bodyAsFile: state.bodyAsFile,
    localRedirect: config['cgi.local-redir'],
    sendfile: sendfileOptions(config),
    ...config['cgi.limits'],
    inherited: state.inherited,
    programs: state.programs,
    onEnd: (ended) => state.runs.delete(ended),
  });
  state.runs.add(run);
  request.moduleData[state.self.index] = run;
  request.handler = state.self;
  return HandlerResult.goOn;
}

/** A module before this one may have chosen another file than the one looked at. */
function statOf({ statEntry, physical, server }: RequestState): StatEntry | null {
  const entry = statEntry?.path === physical.path ? statEntry : server.statCache.get(physical.path);
  return entry instanceof StatEntry ? entry : null;
}

function sendfileOptions(config: Config): SendfileOptions | null {
  return config['cgi.x-sendfile'] ? { docroots: config['cgi.x-sendfile-docroot'] } : null;
}

/** Programs see nothing of the server's environment but what makes their libraries load. */
function inheritedVariables(): Map<string, string> {
  const variables = new Map<string, string>();
  for (const name of ['LD_PRELOAD', 'LD_LIBRARY_PATH']) {
    const value = process.env[name];
    if (value !== undefined) variables.set(name, Buffer.from(value).toString('latin1'));
  }
  return variables;
}

function readDocroot(folder: string, context: ReadContext): string | undefined {
  if (folder.startsWith('/')) return withSlash(simplifyPath(folder));
  return context.fail(
    `${context.key}: "${folder}" does not start with a slash`,
    'Name the folder by its whole path',
  );
}

function readLimits(array: ArrayValue, context: ReadContext): Limits {
  const limits = { ...noLimits };
  for (const { key, value } of array.elements) {
    switch (lowerAscii(key ?? '')) {
      case 'read-timeout':
        limits.readTimeout = readSeconds(value, context);
        break;
      case 'write-timeout':
        limits.writeTimeout = readSeconds(value, context);
        break;
      case 'tcp-fin-propagate':
        limits.halfCloseSignal = readSignal(value, context);
        break;
      default:
        context.warn(
          `unrecognized cgi.limits param: ${key}`,
          'Known are "read-timeout", "write-timeout" and "tcp-fin-propagate"',
          value.origin,
        );
    }
  }
  return limits;
}

function readSeconds(value: ConfigValue, context: ReadContext): number {
  const seconds = readNumber(value);
  if (seconds !== null && seconds >= 0) return seconds;
  context.warn('A limit of cgi.limits should be a number of seconds', 'It is left out', value.origin);
  return 0;
}

/** A number, or a name with or without SIG; any other word stands for SIGTERM, as in lighttpd. */
function readSignal(value: ConfigValue, context: ReadContext): number {
  const number = readNumber(value);
  if (number !== null) return number;
  const name = value.type === 'string' ? value.value.toUpperCase().replace(/^SIG/, '') : '';
  const signal = Object.entries(constants.signals).find(([known]) => known === `SIG${name}`);
  if (signal !== undefined) return signal[1];
  context.warn(`Unknown signal "${name}" in cgi.limits`, 'SIGTERM is sent instead', value.origin);
  return constants.signals.SIGTERM;
}
