import { randomBytes } from 'node:crypto';
import { sameSecret } from '../../base/same-secret.js';
import type { RequestState } from '../../plugin/request-state.js';
import {
  decodeQueryPart,
  digest,
  encodeQueryPart,
  isSameDigest,
  keyedDigest,
  type Recode,
  recodings,
  strictRecodings,
} from './encodings.js';
import { readDirectory, readLink, statFile } from './files.js';
import { type Lua, type LuaFunction, LuaTable, type LuaValue } from './lua.js';
import { cookieTokens, headerTokens } from './tokens.js';

/** `lighty.c`: what scripts can call. */
export function libraryTable(current: () => RequestState): LuaTable {
  const fields: Record<string, LuaValue> = {
    stat: statFile(current),
    time: (lua) => give(lua, Math.floor(Date.now() / 1000)),
    hrtime: preciseTime,
    rand: (lua) => give(lua, randomBytes(4).readInt32LE() & 0x7fffffff),
    md: fixed('md(algo, data)', 2, (lua) => give(lua, digest(argument(lua, 1), argument(lua, 2)))),
    hmac: fixed('hmac(algo, secret, data)', 3, (lua) =>
      give(lua, keyedDigest(argument(lua, 1), argument(lua, 2), argument(lua, 3))),
    ),
    digest_eq: fixed('digest_eq(d1, d2)', 2, (lua) =>
      give(lua, isSameDigest(argument(lua, 1), argument(lua, 2))),
    ),
    secret_eq: fixed('secret_eq(d1, d2)', 2, (lua) =>
      give(lua, sameSecret(argument(lua, 1), argument(lua, 2))),
    ),
    urldec_query: decodeQuery,
    urlenc_query: encodeQuery,
    cookie_tokens: (lua) => give(lua, new LuaTable(Object.fromEntries(cookieTokens(argument(lua, 1))))),
    header_tokens: listHeaderTokens,
    readdir: readDirectory,
    readlink: readLink,
  };
  for (const [name, recode] of Object.entries(recodings)) fields[name] = recoding(recode, 1);
  for (const [name, recode] of Object.entries(strictRecodings)) fields[name] = recoding(recode, 0);
  return new LuaTable(fields, true);
}

function give(lua: Lua, value: LuaValue): number {
  lua.push(value);
  return 1;
}

function argument(lua: Lua, index: number): string {
  return lua.optionalText(index) ?? '';
}

/** `failures`: results where the text is not what it should be: nil, or none at all. */
function recoding(recode: Recode, failures: 0 | 1): LuaFunction {
  return (lua) => {
    const text = argument(lua, 1);
    const result = text === '' ? '' : recode(text);
    return result === null && failures === 0 ? 0 : give(lua, result);
  };
}

function fixed(form: string, count: number, inner: LuaFunction): LuaFunction {
  return (lua) => {
    if (lua.top !== count) lua.fail(`lighty.c.${form}: incorrect number of arguments`);
    return inner(lua);
  };
}

function preciseTime(lua: Lua): number {
  const now = performance.timeOrigin + performance.now();
  lua.push(Math.floor(now / 1000));
  lua.push(Math.floor((now % 1000) * 1e6));
  return 2;
}

function decodeQuery(lua: Lua): number {
  const [query] = argument(lua, 1).split('\0', 1);
  const fields: Record<string, string> = {};
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    fields[decodeQueryPart(name)] = equals < 0 ? '' : decodeQueryPart(part.slice(equals + 1));
  }
  return give(lua, new LuaTable(fields));
}

function encodeQuery(lua: Lua): number {
  if (!lua.isTable(1)) return give(lua, '');
  const parts: string[] = [];
  for (const [name, value] of lua.textPairs(1))
    parts.push(`${encodeQueryPart(name, true)}=${encodeQueryPart(value, false)}`);
  return give(lua, parts.join('&'));
}

function listHeaderTokens(lua: Lua): number {
  lua.pushList(headerTokens(argument(lua, 1)));
  return 1;
}
