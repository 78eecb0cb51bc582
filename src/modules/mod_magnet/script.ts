import { systemErrorText } from '../../base/system-error.js';
import { readBytes } from '../../files/script-files.js';
import { type StatCache, StatEntry } from '../../files/stat-cache.js';
import type { LoadedModule } from '../../plugin/loaded-module.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { ServerContext } from '../../plugin/server-context.js';
import { statFile } from './files.js';
import { ioFunctions } from './io-library.js';
import { libraryTable } from './library.js';
import { bytesOf, Lua, LuaTable, type LuaValue } from './lua.js';
import { loadLua } from './lua-api.js';
import { requestParts, requestTable } from './request-table.js';
import { countersOf, serverTable } from './server-table.js';

/** A script that runs for longer is ended with an error: it keeps all requests of its worker waiting. */
const secondsMax = 10;
/** Instructions between two looks at the clock. */
const instructionsALook = 1_000_000;
export const restartRequest = 99;

/** Places on the stack while a script is loaded: its function, what describes errors, and `lighty`. */
const functionAt = 1;
const describeAt = 2;
const lightyAt = 3;
/** Where the registry keeps what old scripts put into `lighty` (`header` and `content`). */
const resultKey = 'lighty.result';

/**
 * A script with an interpreter of its own: what it puts into `_G` stays until the file changes. Runs are one after the
 * other, each with an environment of its own.
 */
export class Script {
  readonly name: string;
  /** Does it read or change `req_env`, so that the variables have to be there? */
  usesEnvironment = false;
  private readonly server: ServerContext;
  private readonly self: LoadedModule;
  private readonly startedAt: number;
  private lua: Lua | null = null;
  private request!: RequestState;
  /** What the file was when it was loaded. */
  private stamp = '';
  /** Why it cannot run. */
  private problem: string | null = null;
  private endsAt = 0;

  /** `startedAt`: when the server started, in seconds since the epoch. */
  constructor(name: string, server: ServerContext, self: LoadedModule, startedAt: number) {
    this.name = name;
    this.startedAt = startedAt;
    this.server = server;
    this.self = self;
  }

  /** Loads the file, again where it has changed. Null, or why it cannot run. */
  load(): string | null {
    const stamp = stampOf(this.server.statCache, this.name);
    if (this.lua !== null && this.problem === null && stamp === this.stamp) return null;
    this.stamp = stamp;
    this.problem = this.loadFile();
    return this.problem;
  }

  private loadFile(): string | null {
    let text: string;
    try {
      text = readBytes(this.name).toString('latin1');
    } catch (error) {
      return systemErrorText(error);
    }
    // as in lighttpd, where an empty file has nothing that could be opened
    if (text === '') return 'Bad file descriptor';
    this.usesEnvironment = text.includes('req_env');
    const lua = new Lua(loadLua());
    const bytes = bytesOf(text);
    if (lua.api.lauxlib.luaL_loadbuffer(lua.state, bytes, bytes.length, bytesOf(this.name)) !== 0)
      return lua.text(-1);
    lua.push(describeError);
    this.prepare(lua);
    this.lua = lua;
    return null;
  }

  /** Gives the interpreter what scripts may use, and leaves `lighty` on the stack. */
  private prepare(lua: Lua): void {
    const { lua: api } = lua.api;
    const current = (): RequestState => this.request;
    api.lua_pushglobaltable(lua.state);
    lua.setField('print', (inner) => this.print(inner));
    lua.getField(-1, 'io');
    for (const [name, inner] of Object.entries(ioFunctions())) lua.setField(name, inner);
    lua.top = describeAt;
    const parts = requestParts(current, this.self);
    const fields: readonly (readonly [string, LuaValue])[] = [
      ['r', requestTable(parts)],
      ['c', libraryTable(current)],
      ['server', serverTable(this.server, this.self, this.startedAt)],
      ['RESTART_REQUEST', restartRequest],
      // as old scripts know them
      ['request', parts.get('req_header')!],
      ['env', parts.get('req_attr')!],
      ['req_env', parts.get('req_env')!],
      ['status', countersOf(this.server)],
      ['stat', statFile(current)],
    ];
    lua.push(new LuaTable(Object.fromEntries(fields)));
    api.lua_createtable(lua.state, 0, 0);
    lua.setField('__index', resultField);
    lua.setField('__newindex', setResultField);
    lua.setField('__metatable', false);
    api.lua_setmetatable(lua.state, lightyAt);
    api.lua_sethook(lua.state, (L) => this.lookAtClock(lua, L), api.LUA_MASKCOUNT, instructionsALook);
  }

  private print(lua: Lua): number {
    this.request.conf.errorLog.error('mod_magnet.c', `(lua-print) ${lua.optionalText(1) ?? '(null)'}`);
    return 0;
  }

  private lookAtClock(lua: Lua, L: Lua['state']): number {
    if (performance.now() < this.endsAt) return 0;
    const message = bytesOf(`it has run for more than ${secondsMax} seconds`);
    lua.api.lua.lua_pushlstring(L, message, message.length);
    return lua.api.lua.lua_error(L);
  }

  /**
   * Runs the script. Its value is on the top of the stack for `use`, and what it has put into `lighty` can be asked for.
   * Null, or the error, with where it happened.
   */
  run(request: RequestState, use: (lua: Lua, result: ResultTable) => void): string | null {
    const lua = this.lua!;
    const { lua: api } = lua.api;
    const { request: outer, endsAt } = this;
    this.request = request;
    this.endsAt = performance.now() + secondsMax * 1000;
    try {
      this.newEnvironment(lua);
      api.lua_createtable(lua.state, 0, 0);
      api.lua_setfield(lua.state, api.LUA_REGISTRYINDEX, bytesOf(resultKey));
      api.lua_pushvalue(lua.state, functionAt);
      const status = api.lua_pcall(lua.state, 0, 1, describeAt);
      if (status !== api.LUA_OK) return lua.text(-1);
      use(lua, new ResultTable(lua));
      return null;
    } finally {
      lua.top = lightyAt;
      this.request = outer;
      this.endsAt = endsAt;
    }
  }

  /** Names that are not the script's own are looked for in `_G`. */
  private newEnvironment(lua: Lua): void {
    const { lua: api } = lua.api;
    api.lua_createtable(lua.state, 0, 0);
    api.lua_pushvalue(lua.state, lightyAt);
    api.lua_setfield(lua.state, -2, bytesOf('lighty'));
    api.lua_createtable(lua.state, 0, 0);
    api.lua_pushglobaltable(lua.state);
    api.lua_setfield(lua.state, -2, bytesOf('__index'));
    lua.setField('__metatable', false);
    api.lua_setmetatable(lua.state, -2);
    if (api.lua_setupvalue(lua.state, functionAt, 1) === null) api.lua_pop(lua.state, 1);
  }
}

/** What old scripts leave in `lighty.header` and `lighty.content`. */
export class ResultTable {
  private readonly lua: Lua;

  constructor(lua: Lua) {
    this.lua = lua;
  }

  /** Leaves the table on the top of the stack for `use`, where it is one. */
  with(name: 'header' | 'content', use: (lua: Lua) => void): void {
    const { lua } = this;
    const { top } = lua;
    pushResult(lua);
    lua.getField(-1, name);
    if (lua.isTable(-1)) use(lua);
    lua.top = top;
  }
}

function pushResult(lua: Lua): void {
  const { lua: api } = lua.api;
  api.lua_getfield(lua.state, api.LUA_REGISTRYINDEX, bytesOf(resultKey));
}

/** `lighty.anything` that is not part of it; `header` and `content` are tables from the start. */
function resultField(lua: Lua): number {
  const { lua: api } = lua.api;
  pushResult(lua);
  api.lua_pushvalue(lua.state, 2);
  api.lua_rawget(lua.state, -2);
  const name = lua.text(2);
  if (!lua.isNil(-1) || (name !== 'header' && name !== 'content')) return 1;
  api.lua_pop(lua.state, 1);
  api.lua_createtable(lua.state, 0, 0);
  api.lua_pushvalue(lua.state, -1);
  api.lua_setfield(lua.state, -3, bytesOf(name));
  return 1;
}

function setResultField(lua: Lua): number {
  const { lua: api } = lua.api;
  pushResult(lua);
  api.lua_pushvalue(lua.state, 2);
  api.lua_pushvalue(lua.state, 3);
  api.lua_rawset(lua.state, -3);
  return 0;
}

/** Adds to an error where it happened. What is no text stays as it is. */
function describeError(lua: Lua): number {
  const { lua: api, lauxlib } = lua.api;
  const message = lua.isText(1) ? api.lua_tolstring(lua.state, 1) : null;
  if (message !== null) lauxlib.luaL_traceback(lua.state, lua.state, message, 1);
  return 1;
}

/** Empty where there is no such file. */
function stampOf(statCache: StatCache, path: string): string {
  const entry = statCache.get(path);
  return entry instanceof StatEntry ? `${entry.mtimeNs} ${entry.size} ${entry.inode}` : '';
}
