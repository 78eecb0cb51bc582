import { systemErrorText } from '../../base/system-error.js';
import { ScriptFile } from '../../files/script-files.js';
import type { Lua, LuaFunction, LuaProxy, LuaValue } from './lua.js';

const modes = /^[rwa]\+?b?$/;

/** Lua's `io`, for files; its output channels are the interpreter's own. */
export function ioFunctions(): Readonly<Record<string, LuaFunction>> {
  return {
    open: (lua) => {
      const path = lua.checkText(1);
      const mode = lua.optionalText(2) ?? 'r';
      if (!modes.test(mode)) lua.fail(`bad argument #2 to 'open' (invalid mode)`);
      return attempt(lua, path, () => handleOf(new ScriptFile(path, mode.replace('b', ''))));
    },
    lines: (lua) => {
      const path = lua.checkText(1);
      let file: ScriptFile;
      try {
        file = new ScriptFile(path, 'r');
      } catch (error) {
        return lua.fail(`${path}: ${systemErrorText(error)}`);
      }
      lua.push((inner) => {
        const line = nextLine(file);
        if (line === null) file.close();
        inner.push(line);
        return 1;
      });
      return 1;
    },
  };
}

/** What the operation gives; nil, a sentence and a number where the system refuses. */
function attempt(lua: Lua, subject: string, operation: () => LuaValue): number {
  try {
    lua.push(operation());
    return 1;
  } catch (error) {
    lua.push(null);
    lua.push(`${subject}: ${systemErrorText(error)}`);
    lua.push(Math.abs((error as NodeJS.ErrnoException).errno ?? 0));
    return 3;
  }
}

/** Methods are called with the file as their first argument. */
function handleOf(file: ScriptFile): LuaProxy {
  const methods: Readonly<Record<string, LuaFunction>> = {
    read: (lua) => readAll(lua, file),
    lines: (lua) => {
      lua.push((inner) => {
        inner.push(nextLine(file));
        return 1;
      });
      return 1;
    },
    write: (lua) => {
      const texts = Array.from({ length: lua.top - 1 }, (_, i) => lua.checkText(i + 2));
      return attempt(lua, 'write', () => {
        file.write(texts.join(''));
        return handle;
      });
    },
    seek: (lua) => {
      const whence = lua.optionalText(2) ?? 'cur';
      lua.push(file.seek(whence, lua.isNil(3) ? 0 : lua.checkInteger(3)));
      return 1;
    },
    flush: (lua) => attempt(lua, 'flush', () => true),
    setvbuf: (lua) => attempt(lua, 'setvbuf', () => true),
    close: (lua) => {
      file.close();
      lua.push(true);
      return 1;
    },
  };
  const handle: LuaProxy = {
    get: (name, lua) => {
      if (!Object.hasOwn(methods, name)) return null;
      return file.isClosed ? lua.fail('attempt to use a closed file') : methods[name];
    },
  };
  return handle;
}

/** One result a format: `a`, `l`, `L`, `n` or a number of bytes; a line where there is none. */
function readAll(lua: Lua, file: ScriptFile): number {
  const formats = Array.from({ length: Math.max(0, lua.top - 1) }, (_, i) => lua.checkText(i + 2));
  if (formats.length === 0) formats.push('l');
  for (const [index, format] of formats.entries()) {
    const value = readOne(lua, file, format.replace(/^\*/, ''));
    lua.push(value);
    if (value === null) return index + 1;
  }
  return formats.length;
}

/** Without its line feed; null at the end of the file. */
function nextLine(file: ScriptFile): string | null {
  return file.readLine()?.replace(/\n$/, '') ?? null;
}

function readOne(lua: Lua, file: ScriptFile, format: string): LuaValue {
  if (format.startsWith('a')) return file.read(Infinity);
  if (format.startsWith('l')) return nextLine(file);
  if (format.startsWith('L')) return file.readLine();
  if (format.startsWith('n')) return numberOf(file.readLine());
  if (!/^\d+$/.test(format)) return lua.fail(`bad argument #1 to 'read' (invalid format)`);
  return file.read(Number(format)) || null;
}

function numberOf(line: string | null): number | null {
  const value = Number(line?.trim() || Number.NaN);
  return Number.isNaN(value) ? null : value;
}
