import type { LoadedModule } from '../../plugin/loaded-module.js';
import type { RequestState } from '../../plugin/request-state.js';
import { requestBody, responseBody } from './bodies.js';
import { requestHeaders, responseHeaders } from './header-tables.js';
import { type Lua, type LuaFunction, type LuaProxy, LuaTable, type LuaValue } from './lua.js';
import { attributesOf } from './request-attributes.js';

/** The parts of `lighty.r`, all of the request that `current` gives when they are asked. */
export function requestParts(current: () => RequestState, self: LoadedModule): RequestParts {
  return new Map([
    ['req_header', requestHeaders(current)],
    ['req_attr', attributesOf(current)],
    ['req_item', itemsOf(current)],
    ['req_env', environmentOf(current)],
    ['resp_header', responseHeaders(current)],
    ['resp_body', responseBody(current)],
    ['req_body', requestBody(current, self)],
  ]);
}

export type RequestParts = ReadonlyMap<string, LuaProxy>;

/** `lighty.r`, and what `lighty.server.irequests()` gives. */
export function requestTable(parts: RequestParts): LuaTable {
  return new LuaTable(Object.fromEntries(parts), true);
}

const items = new Map<string, (request: RequestState) => LuaValue>([
  ['bytes_in', ({ headBytesIn, body }) => headBytesIn + body.bytesIn],
  ['bytes_out', ({ headBytesOut, bodyBytesOut }) => headBytesOut + bodyBytesOut],
  ['stream_id', ({ connection }) => connection.streamId],
  // lighttpd counts the preface of HTTP/2, too
  ['req_count', ({ connection }) => connection.requestCount + (connection.streamId === 0 ? 0 : 1)],
  ['start_time', ({ startedAt }) => secondsAndNanoseconds(startedAt)],
  ['keep_alive', ({ keepAlive, connection }) => (keepAlive && connection.streamId === 0 ? 1 : 0)],
  ['http_status', ({ status }) => status],
  ['req_header_len', ({ headBytesIn }) => headBytesIn],
  ['resp_header_len', ({ headBytesOut }) => headBytesOut],
]);

function secondsAndNanoseconds(time: number): LuaFunction {
  return (lua) => {
    lua.push(Math.floor(time));
    lua.push(Math.floor((time % 1) * 1e9));
    return 2;
  };
}

/** `lighty.r.req_item`: numbers. */
function itemsOf(current: () => RequestState): LuaProxy {
  return {
    get: (name, lua) => {
      const item = items.get(name);
      return item === undefined ? lua.fail(`r.req_item['${name}'] invalid`) : item(current());
    },
    set: (name, lua) => {
      const value = lua.checkInteger(3);
      if (name !== 'keep_alive') lua.fail(`r.req_item['${name}'] invalid or read-only`);
      if (value === 0 || value === -1) current().keepAlive = false;
    },
  };
}

/** `lighty.r.req_env` (and `lighty.req_env`): what programs and logs get. Names are compared without case. */
function environmentOf(current: () => RequestState): LuaProxy {
  return {
    get: (name) => {
      const { env } = current();
      return env.get(keyOf(env, name)) || null;
    },
    set: (name, lua: Lua) => {
      const { env } = current();
      env.set(keyOf(env, name), lua.optionalText(3) ?? '');
    },
    pairs: () => Array.from(current().env, ([name, value]) => [name, value || null] as const),
  };
}

function keyOf(env: ReadonlyMap<string, string>, name: string): string {
  if (env.has(name)) return name;
  const upper = name.toUpperCase();
  for (const known of env.keys()) if (known.toUpperCase() === upper) return known;
  return name;
}
