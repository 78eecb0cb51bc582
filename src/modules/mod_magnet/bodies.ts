import { FilePart } from '../../files/file-part.js';
import { openForReading } from '../../files/stat-cache.js';
import type { LoadedModule } from '../../plugin/loaded-module.js';
import type { RequestState } from '../../plugin/request-state.js';
import { replaceBody, wholeBody } from './collected-body.js';
import type { Lua, LuaFunction, LuaProxy, LuaValue } from './lua.js';

const logPlace = 'mod_magnet.c';

/** `lighty.r.resp_body`. */
export function responseBody(current: () => RequestState): LuaProxy {
  return {
    get: (name, lua): LuaValue => {
      const request = current();
      const { responseBody: body } = request;
      switch (name) {
        case 'add':
          return (inner) => addContent(inner, current());
        case 'set':
          body.clear();
          request.responseHeaders.unset('content-length');
          body.finish();
          return (inner) => addContent(inner, current());
        case 'get':
          return body.finished ? contentOf(request) : null;
        case 'len':
          return body.finished ? body.length : null;
        case 'bytes_in':
          return body.length;
        case 'bytes_out':
          return request.bodyBytesOut;
        default:
          return lua.fail('r.resp_body invalid method or param');
      }
    },
  };
}

/** The whole answer so far, as it is before it is framed. */
function contentOf({ responseBody: body }: RequestState): string {
  const pieces = body.parts.map((part) => {
    if (Buffer.isBuffer(part)) return part;
    const piece = Buffer.alloc(part.length);
    part.slice(0, part.length).read(piece, piece.length);
    return piece;
  });
  return Buffer.concat(pieces).toString('latin1');
}

/** Takes a text, or a table of texts and of `{ filename = "...", offset = n, length = n }`. */
function addContent(lua: Lua, request: RequestState): number {
  if (lua.isText(-1)) request.responseBody.append(lua.text(-1));
  else if (lua.isTable(-1)) lua.forEachItem(lua.top, (number) => addItem(lua, request, 'body', number));
  else return 0;
  return 1;
}

/** `lighty.content`, the form of old scripts, in which `length` is the position behind the last byte. */
export function addLegacyContent(lua: Lua, request: RequestState): void {
  request.responseBody.clear();
  request.responseHeaders.unset('content-length');
  lua.forEachItem(lua.top, (number) => addItem(lua, request, 'content', number));
}

/** Gives whether to go on with the next item. */
function addItem(lua: Lua, request: RequestState, kind: 'body' | 'content', number: number): boolean {
  const { errorLog } = request.conf;
  if (lua.isText(-1)) {
    request.responseBody.append(lua.text(-1));
    return true;
  }
  if (!lua.isTable(-1)) {
    errorLog.error(logPlace, `${kind}[${number}] is neither a string nor a table`);
    return false;
  }
  const item = readFileItem(lua);
  if (item === null) {
    const subject = kind === 'body' ? 'table' : 'is a table and';
    errorLog.error(logPlace, `${kind}[${number}] ${subject} field "filename" must be a string`);
    return false;
  }
  return kind === 'body' ? addFile(request, item) : addLegacyFile(request, item);
}

interface FileItem {
  readonly path: string;
  readonly offset: number;
  /** -1 where it is not given. */
  readonly length: number;
}

function readFileItem(lua: Lua): FileItem | null {
  const table = lua.top;
  for (const name of ['filename', 'length', 'offset']) lua.getField(table, name);
  const isNamed = lua.isText(table + 1);
  const item = {
    path: lua.text(table + 1),
    length: lua.integer(table + 2) ?? -1,
    offset: lua.integer(table + 3) ?? 0,
  };
  lua.top = table;
  return isNamed ? item : null;
}

function addFile(request: RequestState, { path, offset, length }: FileItem): boolean {
  const entry = request.server.statCache.get(path);
  const file = typeof entry === 'string' ? entry : openForReading(path, request.conf.followSymlink);
  if (typeof entry === 'string' || typeof file === 'string') {
    request.conf.errorLog.error(logPlace, `error opening file '${path}'`);
    return false;
  }
  const { size } = entry;
  const start = Math.max(0, Math.min(size, offset < 0 ? size - offset : offset));
  const count = length < 0 ? size - start : Math.min(length, size - start);
  request.responseBody.appendFile(new FilePart(file, start, count, true));
  return true;
}

function addLegacyFile(request: RequestState, { path, offset, length: end }: FileItem): boolean {
  const problem = offset < 0 ? 'is negative' : end >= 0 && end < offset ? '> length' : null;
  if (problem === null)
    return end === offset || addFile(request, { path, offset, length: end < 0 ? -1 : end - offset });
  const text =
    problem === 'is negative' ? `offset for '${path}' is negative` : `offset > length for '${path}'`;
  request.conf.errorLog.error(logPlace, text);
  return false;
}

/** `lighty.r.req_body`. `self`: reads the body where a script asks for that, and starts the request again. */
export function requestBody(current: () => RequestState, self: LoadedModule): LuaProxy {
  return {
    get: (name, lua): LuaValue => {
      const request = current();
      const { body } = request;
      switch (name) {
        case 'collect':
          return collect(request, self);
        case 'get':
          return wholeBody(request);
        case 'len':
          return body.length;
        case 'bytes_in':
          return body.bytesIn;
        case 'bytes_out':
          return 0;
        case 'add':
          return changeBody(request, wholeBody(request));
        case 'set':
          return changeBody(request, body.isCollected ? '' : null);
        case 'unspecified_len':
          return false;
        default:
          return lua.fail('r.req_body invalid method or param');
      }
    },
  };
}

/** True once the whole body is there; false: the script has to return, and runs again later. */
function collect(request: RequestState, self: LoadedModule): boolean | null {
  if (request.body.isCollected) return true;
  if (request.handler === null) {
    request.handler = self;
    return false;
  }
  const text =
    'unable to collect request body (handler already set); (prefer to collect in magnet.attract-raw-url-to config) ';
  const hint = `(perhaps load mod_magnet earlier in server.modules, before ${request.handler.definition.name})`;
  request.conf.errorLog.error(logPlace, text + hint);
  return null;
}

/** A function that adds to `before`; nil where the body has not been read. */
function changeBody(request: RequestState, before: string | null): LuaFunction | null {
  if (before === null) return null;
  replaceBody(request, before);
  return (lua) => {
    const added: string[] = [];
    if (lua.isText(-1)) added.push(lua.text(-1));
    else if (!lua.isTable(-1)) return 0;
    else
      lua.forEachItem(lua.top, (number) => {
        if (lua.isText(-1)) added.push(lua.text(-1));
        else request.conf.errorLog.error(logPlace, `body[${number}] table must contain strings`);
        return lua.isText(-1);
      });
    replaceBody(request, (wholeBody(request) ?? '') + added.join(''));
    return 1;
  };
}
