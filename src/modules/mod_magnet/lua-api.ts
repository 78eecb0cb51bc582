import { createRequire } from 'node:module';

/** A thread of Lua: the script's own, or one of its coroutines. */
export type LuaState = { readonly brand: 'lua_State' };
export type NativeFunction = (L: LuaState) => number;

/** The part of Lua's C interface, as fengari has it, that is used here. Strings are bytes. */
export interface LuaApi {
  readonly lua: {
    readonly LUA_OK: number;
    readonly LUA_REGISTRYINDEX: number;
    readonly LUA_MASKCOUNT: number;
    readonly LUA_TTABLE: number;
    lua_atnativeerror(L: LuaState, handler: NativeFunction): void;
    lua_createtable(L: LuaState, size: number, fields: number): void;
    lua_error(L: LuaState): never;
    lua_getfield(L: LuaState, index: number, name: Uint8Array): number;
    lua_gettop(L: LuaState): number;
    lua_isnoneornil(L: LuaState, index: number): boolean;
    lua_isstring(L: LuaState, index: number): boolean;
    lua_newuserdata(L: LuaState, size: number): unknown;
    lua_next(L: LuaState, index: number): number;
    lua_pcall(L: LuaState, arguments_: number, results: number, handler: number): number;
    lua_pop(L: LuaState, count: number): void;
    lua_pushboolean(L: LuaState, value: boolean): void;
    lua_pushcfunction(L: LuaState, value: NativeFunction): void;
    lua_pushglobaltable(L: LuaState): void;
    lua_pushinteger(L: LuaState, value: number): void;
    lua_pushlstring(L: LuaState, value: Uint8Array, length: number): void;
    lua_pushnil(L: LuaState): void;
    lua_pushnumber(L: LuaState, value: number): void;
    lua_pushvalue(L: LuaState, index: number): void;
    lua_rawget(L: LuaState, index: number): number;
    lua_rawgeti(L: LuaState, index: number, key: number): number;
    lua_rawlen(L: LuaState, index: number): number;
    lua_rawset(L: LuaState, index: number): void;
    lua_rawseti(L: LuaState, index: number, key: number): void;
    lua_setfield(L: LuaState, index: number, name: Uint8Array): void;
    lua_sethook(L: LuaState, hook: NativeFunction | null, mask: number, count: number): void;
    lua_setmetatable(L: LuaState, index: number): void;
    lua_settop(L: LuaState, index: number): void;
    lua_setupvalue(L: LuaState, index: number, upvalue: number): Uint8Array | null;
    lua_tointegerx(L: LuaState, index: number): number | false;
    lua_tolstring(L: LuaState, index: number): Uint8Array | null;
    lua_type(L: LuaState, index: number): number;
    lua_typename(L: LuaState, type: number): Uint8Array;
  };
  readonly lauxlib: {
    luaL_checkinteger(L: LuaState, index: number): number;
    luaL_checklstring(L: LuaState, index: number): Uint8Array;
    luaL_loadbuffer(L: LuaState, text: Uint8Array, size: number, name: Uint8Array): number;
    luaL_newstate(): LuaState;
    luaL_traceback(L: LuaState, of: LuaState, message: Uint8Array, level: number): void;
  };
  readonly lualib: { luaL_openlibs(L: LuaState): void };
}

/** Lua is loaded with the first script: servers without scripts do not pay for it. */
export function loadLua(): LuaApi {
  const require = createRequire(import.meta.url);
  return require('fengari') as LuaApi;
}
