/**
 * Runs Lua scripts that look at a request, change it, or answer it. Runs at uri-raw (raw URL), physical (path on
 * disk) and response-start.
 */

import { askModules } from '../../backend/cgi-environment.js';
import { type ConfigOf, list, type ReadContext } from '../../config/directive.js';
import { answerError, answerWithoutBody } from '../../plugin/answer.js';
import { defineModule } from '../../plugin/define-module.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import type { LoadedModule } from '../../plugin/loaded-module.js';
import type { RequestState } from '../../plugin/request-state.js';
import { sendInterim } from '../../plugin/send-interim.js';
import type { ServerContext } from '../../plugin/server-context.js';
import { addLegacyContent } from './bodies.js';
import { releaseBody } from './collected-body.js';
import { setResponseHeader } from './header-tables.js';
import type { Lua } from './lua.js';
import { type ResultTable, restartRequest, Script } from './script.js';

function readScript(path: string, context: ReadContext): string | undefined {
  return path === '' ? context.fail(`${context.key}: the name of a script is empty`) : path;
}

const directives = {
  'magnet.attract-raw-url-to': list({
    scope: 'connection',
    since: '1.4.56',
    default: [],
    entry: readScript,
    doc: 'Scripts that run once the URL is known.',
    example: 'magnet.attract-raw-url-to = ( "/etc/lighttpd/rewrite.lua" )',
  }),
  'magnet.attract-physical-path-to': list({
    scope: 'connection',
    since: '1.4.56',
    default: [],
    entry: readScript,
    doc: 'Scripts that run once the path on disk is known.',
    example: 'magnet.attract-physical-path-to = ( "/etc/lighttpd/cleanurl.lua" )',
  }),
  'magnet.attract-response-start-to': list({
    scope: 'connection',
    since: '1.4.56',
    default: [],
    entry: readScript,
    doc: 'Scripts that run before the head of the answer is sent.',
    example: 'magnet.attract-response-start-to = ( "/etc/lighttpd/headers.lua" )',
  }),
};

type Config = ConfigOf<typeof directives>;
type Stage = keyof typeof directives;

interface State {
  readonly server: ServerContext;
  readonly self: LoadedModule;
  /** By their paths: a script that is named twice is loaded once. */
  readonly scripts: Map<string, Script>;
  /** Seconds since the epoch. */
  readonly startedAt: number;
}

const logPlace = 'mod_magnet.c';
const restartsMax = 10;
const restartsKey = '_L_MAGNET_RESTART';

export const modMagnet = defineModule({
  name: 'mod_magnet',
  needsOneWorker: true,
  directives,
  isUsed: (config) => Object.values(config).some((scripts) => scripts !== undefined && scripts.length > 0),
  start: ({ server, self }): State => ({
    server,
    self,
    scripts: new Map(),
    startedAt: server.clock.epochSeconds,
  }),
  hooks: {
    uriClean: (request, config, state) => runScripts(request, config, state, 'magnet.attract-raw-url-to'),
    physical: (request, config, state) =>
      runScripts(request, config, state, 'magnet.attract-physical-path-to'),
    subrequest: collectBody,
    responseStart: (request, config, state) =>
      runScripts(request, config, state, 'magnet.attract-response-start-to'),
    requestReset: releaseBody,
  },
  explain: (_request, config) =>
    stages.flatMap((stage) => config[stage].map((name) => ({ text: `runs ${name}`, origin: null }))),
});

const stages: readonly Stage[] = [
  'magnet.attract-raw-url-to',
  'magnet.attract-physical-path-to',
  'magnet.attract-response-start-to',
];

/** One after the other, as long as each lets the request go on. */
function runScripts(request: RequestState, config: Config, state: State, stage: Stage): HandlerResult {
  const isLate = stage === 'magnet.attract-response-start-to';
  let result: HandlerResult = HandlerResult.goOn;
  for (const name of config[stage]) {
    result = runScript(request, scriptOf(state, name), state.self, isLate);
    if (result !== HandlerResult.goOn) break;
  }
  if (config[stage].length > 0) takeRedirectStatus(request);
  return result;
}

function scriptOf({ scripts, server, self, startedAt }: State, name: string): Script {
  let script = scripts.get(name);
  if (script === undefined) {
    script = new Script(name, server, self, startedAt);
    scripts.set(name, script);
  }
  return script;
}

function runScript(
  request: RequestState,
  script: Script,
  self: LoadedModule,
  isLate: boolean,
): HandlerResult {
  const problem = script.load();
  if (problem !== null) {
    request.conf.errorLog.error(logPlace, `loading script ${script.name} failed: ${problem}`);
    return isLate ? HandlerResult.finished : answerError(request, 500);
  }
  if (script.usesEnvironment) askModules(request);
  let result: HandlerResult = HandlerResult.goOn;
  const error = script.run(request, (lua, given) => {
    result = useValue(request, lua, given, { script, self, isLate });
  });
  if (error === null) return result;
  for (const line of error.split('\n')) request.conf.errorLog.error(logPlace, `lua: ${line}`);
  return isLate ? HandlerResult.goOn : answerError(request, 500);
}

interface Run {
  readonly script: Script;
  readonly self: LoadedModule;
  readonly isLate: boolean;
}

/** What the value that a script returns means: a status, another look at the request, or nothing. */
function useValue(request: RequestState, lua: Lua, given: ResultTable, run: Run): HandlerResult {
  const value = lua.isNil(-1) ? 0 : lua.integer(-1);
  if (value === null) {
    const text = `lua_pcall(): unexpected non-integer return type: ${lua.typeName(-1)}`;
    request.conf.errorLog.error(logPlace, text);
    return HandlerResult.goOn;
  }
  given.with('header', () => {
    for (const [name, text] of lua.textPairs(lua.top)) setResponseHeader(request, name, text);
  });
  if (value >= 200) {
    given.with('content', () => addLegacyContent(lua, request));
    return answerWithStatus(request, value, run.self);
  }
  if (value >= 100 && !run.isLate) sendInterim(request, value);
  return value === restartRequest ? restart(request, run.script) : HandlerResult.goOn;
}

/** A body that a script has made for an error is sent in place of error pages. */
function answerWithStatus(request: RequestState, status: number, self: LoadedModule): HandlerResult {
  const { responseBody, responseHeaders } = request;
  answerWithoutBody(request, status);
  if (status >= 400 && (responseHeaders.has('content-length') || responseBody.length > 0))
    request.handler = self;
  return HandlerResult.finished;
}

function restart(request: RequestState, script: Script): HandlerResult {
  const restarts = Number(request.env.get(restartsKey) ?? 0) + 1;
  request.env.set(restartsKey, String(restarts));
  if (restarts >= restartsMax) {
    const text = `too many request restarts (infinite loop?) for ${script.name}`;
    request.conf.errorLog.error(logPlace, text);
    return HandlerResult.error;
  }
  return startAgain(request);
}

function startAgain(request: RequestState): HandlerResult {
  request.physical.path = '';
  request.handler = null;
  return HandlerResult.comeback;
}

/** A script has asked for the whole body: it runs again once that is there. */
async function collectBody(request: RequestState): Promise<HandlerResult> {
  const status = await request.body.collect();
  if (status < 0) return HandlerResult.error;
  return status > 0 ? answerError(request, status) : startAgain(request);
}

/** The status that an error handler answers for can be changed through `req_env`. */
function takeRedirectStatus(request: RequestState): void {
  if (request.errorHandlerSavedStatus === 0) return;
  const status = Number(request.env.get('REDIRECT_STATUS') ?? Number.NaN);
  if (!Number.isInteger(status) || status < 100 || status > 999) return;
  request.errorHandlerSavedStatus = request.errorHandlerSavedStatus > 0 ? status : -status;
}
