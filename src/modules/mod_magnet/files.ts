import { type FileFacts, linkTarget, namesIn, statOf } from '../../files/script-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { etagOf } from '../../plugin/etag-of.js';
import type { RequestState } from '../../plugin/request-state.js';
import { sendFile } from '../../plugin/send-file.js';
import type { Lua, LuaFunction, LuaProxy, LuaValue } from './lua.js';

/** `lighty.c.stat(path)`: an object with what is known of the file, or nil. */
export function statFile(current: () => RequestState): LuaFunction {
  return (lua) => {
    const path = lua.optionalText(1) ?? '';
    lua.push(path === '' ? null : factsOf(current(), path));
    return 1;
  };
}

function factsOf(request: RequestState, path: string): LuaProxy | null {
  const stats = statOf(path);
  if (stats === null) return null;
  return {
    get(name, lua) {
      const fact = facts[name]?.(stats);
      if (fact !== undefined) return fact;
      if (name === 'content-type') return (stats.isFile() && request.conf.mimeTypes.typeOf(path)) || null;
      if (name === 'etag') return etagOf(request.conf, new StatEntry(path, stats)) || null;
      if (name === 'http-response-send-file') return answerWith(request, path);
      return lua.fail(`stat["field"] invalid: ${name}`);
    },
    // there is nothing to go through
    pairs: () => [],
  };
}

const facts: Readonly<Record<string, (stats: FileFacts) => LuaValue>> = {
  is_file: (stats) => stats.isFile(),
  is_dir: (stats) => stats.isDirectory(),
  is_link: (stats) => stats.isSymbolicLink(),
  is_char: (stats) => stats.isCharacterDevice(),
  is_block: (stats) => stats.isBlockDevice(),
  is_fifo: (stats) => stats.isFIFO(),
  is_socket: (stats) => stats.isSocket(),
  st_size: ({ size }) => Number(size),
  st_mode: ({ mode }) => Number(mode),
  st_uid: ({ uid }) => Number(uid),
  st_gid: ({ gid }) => Number(gid),
  st_ino: ({ ino }) => Number(ino),
  st_atime: ({ atimeNs }) => secondsOf(atimeNs),
  st_mtime: ({ mtimeNs }) => secondsOf(mtimeNs),
  st_ctime: ({ ctimeNs }) => secondsOf(ctimeNs),
  st_atim: ({ atimeNs }) => precise(atimeNs),
  st_mtim: ({ mtimeNs }) => precise(mtimeNs),
  st_ctim: ({ ctimeNs }) => precise(ctimeNs),
};

function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000_000n);
}

/** Gives seconds, and nanoseconds. */
function precise(nanoseconds: bigint): LuaFunction {
  return (lua) => {
    lua.push(secondsOf(nanoseconds));
    lua.push(Number(nanoseconds % 1_000_000_000n));
    return 2;
  };
}

/** Makes the file the answer; gives its status. */
function answerWith(request: RequestState, path: string): number {
  request.status = 0;
  request.responseBody.clear();
  sendFile(request, path, null);
  return request.status;
}

/** `lighty.c.readdir(path)`: what goes through the names in a folder; nil where it is none. */
export function readDirectory(lua: Lua): number {
  const names = namesIn(lua.checkText(1));
  lua.push(
    names === null
      ? null
      : (inner) => {
          const name = names.shift();
          if (name !== undefined) inner.push(name);
          return name === undefined ? 0 : 1;
        },
  );
  return 1;
}

/** `lighty.c.readlink(path)`: where a symbolic link leads; nil where it is none. */
export function readLink(lua: Lua): number {
  lua.push(linkTarget(lua.checkText(1)));
  return 1;
}
