import type { LuaApi, LuaState, NativeFunction } from './lua-api.js';

/** What goes from here into a script. Text is latin1, one character a byte. */
export type LuaValue = string | number | boolean | null | LuaFunction | LuaTable | LuaProxy;

/** Takes its arguments from the stack, pushes its results, and gives their number. */
export type LuaFunction = (lua: Lua) => number;

/** A table with these fields; read-only where `sealed`. */
export class LuaTable {
  readonly fields: Readonly<Record<string, LuaValue>>;
  readonly sealed: boolean;

  constructor(fields: Readonly<Record<string, LuaValue>>, sealed = false) {
    this.fields = fields;
    this.sealed = sealed;
  }
}

/** An object whose fields are asked for here, each time. */
export interface LuaProxy {
  get(name: string, lua: Lua): LuaValue;
  /** The value stands at index 3. Without it the object is read-only. */
  set?(name: string, lua: Lua): void;
  pairs?(): Iterable<readonly [name: string, value: LuaValue]>;
}

/** Integers of the interpreter have 32 bits; larger ones are passed as floats. */
const integerMax = 0x7fff_ffff;

/** Lua's stack, with values of ours. `L` is the thread that runs: a coroutine has a stack of its own. */
export class Lua {
  readonly api: LuaApi;
  private L: LuaState;

  constructor(api: LuaApi) {
    this.api = api;
    this.L = api.lauxlib.luaL_newstate();
    api.lualib.luaL_openlibs(this.L);
    api.lua.lua_atnativeerror(this.L, (L) => {
      const message = bytesOf('an error of the server itself');
      api.lua.lua_pushlstring(L, message, message.length);
      return 1;
    });
  }

  get state(): LuaState {
    return this.L;
  }

  get top(): number {
    return this.api.lua.lua_gettop(this.L);
  }

  set top(index: number) {
    this.api.lua.lua_settop(this.L, index);
  }

  push(value: LuaValue): void {
    const { lua } = this.api;
    if (value === null) lua.lua_pushnil(this.L);
    else if (typeof value === 'string') this.pushText(value);
    else if (typeof value === 'boolean') lua.lua_pushboolean(this.L, value);
    else if (typeof value === 'number') this.pushNumber(value);
    else if (typeof value === 'function') lua.lua_pushcfunction(this.L, this.native(value));
    else if (value instanceof LuaTable) this.pushTable(value);
    else this.pushProxy(value);
  }

  private pushText(value: string): void {
    this.api.lua.lua_pushlstring(this.L, bytesOf(value), value.length);
  }

  private pushNumber(value: number): void {
    const { lua } = this.api;
    if (Number.isInteger(value) && Math.abs(value) <= integerMax) lua.lua_pushinteger(this.L, value);
    else lua.lua_pushnumber(this.L, value);
  }

  private pushTable({ fields, sealed }: LuaTable): void {
    const { lua } = this.api;
    lua.lua_createtable(this.L, 0, 0);
    for (const [name, value] of Object.entries(fields)) this.setField(name, value);
    if (!sealed) return;
    lua.lua_createtable(this.L, 0, 0);
    this.setField('__newindex', refuseChange);
    this.setField('__metatable', false);
    lua.lua_setmetatable(this.L, -2);
  }

  private pushProxy(proxy: LuaProxy): void {
    const { lua } = this.api;
    lua.lua_newuserdata(this.L, 0);
    lua.lua_createtable(this.L, 0, 0);
    this.setField('__index', (inner) => {
      inner.push(proxy.get(inner.checkText(2), inner));
      return 1;
    });
    this.setField('__newindex', proxy.set === undefined ? refuseChange : setter(proxy));
    if (proxy.pairs !== undefined) this.setField('__pairs', iterator(proxy));
    this.setField('__metatable', false);
    lua.lua_setmetatable(this.L, -2);
  }

  /** Of the table on the top. */
  setField(name: string, value: LuaValue): void {
    this.push(value);
    this.api.lua.lua_setfield(this.L, -2, bytesOf(name));
  }

  private native(inner: LuaFunction): NativeFunction {
    return (L) => {
      const outer = this.L;
      this.L = L;
      try {
        return inner(this);
      } finally {
        this.L = outer;
      }
    };
  }

  /** A table with these texts, from 1 on. */
  pushList(values: readonly string[]): void {
    const { lua } = this.api;
    lua.lua_createtable(this.L, values.length, 0);
    values.forEach((value, index) => {
      this.push(value);
      lua.lua_rawseti(this.L, -2, index + 1);
    });
  }

  /** Names and values of a table that are texts, or numbers, both; no other pairs. */
  textPairs(index: number): [name: string, value: string][] {
    const { lua } = this.api;
    const pairs: [string, string][] = [];
    this.push(null);
    while (lua.lua_next(this.L, index) !== 0) {
      // a number must not become a text in its place: `lua_next` would lose its way
      lua.lua_pushvalue(this.L, -2);
      if (this.isText(-1) && this.isText(-2)) pairs.push([this.text(-1), this.text(-2)]);
      lua.lua_pop(this.L, 2);
    }
    return pairs;
  }

  /** What a table holds from 1 on, each on the top of the stack in its turn; `visit` says whether to go on. */
  forEachItem(index: number, visit: (number: number) => boolean): void {
    const { lua } = this.api;
    const count = lua.lua_rawlen(this.L, index);
    for (let i = 1, goesOn = true; goesOn && i <= count; i++) {
      lua.lua_rawgeti(this.L, index, i);
      goesOn = visit(i);
      lua.lua_pop(this.L, 1);
    }
  }

  /** Pushes a field of the table at that index. */
  getField(index: number, name: string): void {
    this.api.lua.lua_getfield(this.L, index, bytesOf(name));
  }

  isNil(index: number): boolean {
    return this.api.lua.lua_isnoneornil(this.L, index);
  }

  /** A text, or a number that can stand for one. */
  isText(index: number): boolean {
    return this.api.lua.lua_isstring(this.L, index);
  }

  isTable(index: number): boolean {
    return this.api.lua.lua_type(this.L, index) === this.api.lua.LUA_TTABLE;
  }

  typeName(index: number): string {
    const { lua } = this.api;
    return textOf(lua.lua_typename(this.L, lua.lua_type(this.L, index)));
  }

  /** Empty for what is no text. */
  text(index: number): string {
    return this.isText(index) ? textOf(this.api.lua.lua_tolstring(this.L, index)!) : '';
  }

  /** The argument; an error of the script where it is no text. */
  checkText(index: number): string {
    return textOf(this.api.lauxlib.luaL_checklstring(this.L, index));
  }

  /** The argument, null where it is nil; an error of the script where it is something else. */
  optionalText(index: number): string | null {
    return this.isNil(index) ? null : this.checkText(index);
  }

  checkInteger(index: number): number {
    return this.api.lauxlib.luaL_checkinteger(this.L, index);
  }

  /** Null where the value is no integer. */
  integer(index: number): number | null {
    const value = this.api.lua.lua_tointegerx(this.L, index);
    return value === false ? null : value;
  }

  /** An error of the script, which it may catch. */
  fail(message: string): never {
    this.push(message);
    return this.api.lua.lua_error(this.L);
  }
}

function refuseChange(lua: Lua): number {
  return lua.fail('lua table is read-only');
}

function setter(proxy: LuaProxy): LuaFunction {
  return (lua) => {
    proxy.set!(lua.checkText(2), lua);
    return 0;
  };
}

/** What `pairs()` goes through. */
function iterator(proxy: LuaProxy): LuaFunction {
  return (lua) => {
    const entries = proxy.pairs!()[Symbol.iterator]();
    lua.push((inner) => {
      const { done, value } = entries.next();
      if (done) return 0;
      inner.push(value[0]);
      inner.push(value[1]);
      return 2;
    });
    return 1;
  };
}

/** A text as Lua has it. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
