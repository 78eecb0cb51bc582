/**
 * Lets clients change files (WebDAV, RFC 4918). Tells of itself at uri-clean, and answers at physical, for the methods
 * of WebDAV.
 */

import { makeFolder } from '../../files/change-files.js';
import { whyNoDatabase } from '../../files/readable-file.js';
import { answerError, answerWithoutBody } from '../../plugin/answer.js';
import { type CheckContext, defineModule } from '../../plugin/define-module.js';
import { HandlerResult, type MaybeAsync } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { copyOrMove } from './copy-move.js';
import { DavDatabase } from './database.js';
import type { DavRequest } from './dav-request.js';
import { directives, type WebdavConfig } from './directives.js';
import { lock, unlock } from './lock.js';
import { propfind } from './propfind.js';
import { proppatch } from './proppatch.js';
import { put } from './put.js';
import { remove } from './remove.js';
import { statusOfLocks } from './submitted-locks.js';

interface State {
  /** By their paths; each is opened with the first request that needs it. */
  readonly databases: Map<string, DavDatabase>;
}

interface Method {
  readonly answer: (dav: DavRequest) => MaybeAsync<HandlerResult>;
  readonly isRead?: true;
  /** What lies at the path is changed: locks on it count. */
  readonly changesSource?: true;
  readonly takesBody?: true;
}

const methods: Readonly<Record<string, Method>> = {
  PROPFIND: { answer: propfind, isRead: true, takesBody: true },
  PROPPATCH: { answer: proppatch, changesSource: true, takesBody: true },
  MKCOL: { answer: makeCollection },
  PUT: { answer: put, changesSource: true, takesBody: true },
  DELETE: { answer: remove, changesSource: true },
  COPY: { answer: copyOrMove },
  MOVE: { answer: copyOrMove, changesSource: true },
  // lighttpd lets both of them go on where webdav.is-readonly is set
  LOCK: { answer: lock, isRead: true, takesBody: true },
  UNLOCK: { answer: unlock, isRead: true },
};

export const modWebdav = defineModule({
  name: 'mod_webdav',
  directives,
  isUsed: (config) => config['webdav.activate'] === true,
  check: checkDatabases,
  start: (): State => ({ databases: new Map() }),
  hooks: { uriClean: tellMethods, physical: answerMethod },
  stop: ({ databases }) => {
    for (const database of databases.values()) database.close();
  },
  explain: ({ method }, config) =>
    config['webdav.activate'] && Object.hasOwn(methods, method)
      ? [{ text: `answers ${method} as WebDAV`, origin: null, takes: true }]
      : [],
});

function checkDatabases({ settings, diagnostics, originOf }: CheckContext<WebdavConfig>): void {
  const key = 'webdav.sqlite-db-name';
  for (const { block, values } of [{ block: 0, values: settings.base }, ...settings.layers]) {
    const path = values[key];
    const problem = path ? whyNoDatabase(path) : null;
    if (problem !== null)
      diagnostics.error(
        'invalid-value',
        originOf(key, block),
        `${key} ${path}: ${problem}`,
        'Name a file that can be made.',
      );
  }
}

/** OPTIONS (RFC 4918, 10.1 and 18); others add what they know. */
function tellMethods(request: RequestState, config: WebdavConfig): HandlerResult {
  if (request.method !== 'OPTIONS' || !config['webdav.activate']) return HandlerResult.goOn;
  const { responseHeaders } = request;
  const hasDatabase = config['webdav.sqlite-db-name'] !== '';
  const all = `PROPFIND, DELETE, MKCOL, PUT, MOVE, COPY${hasDatabase ? ', PROPPATCH, LOCK, UNLOCK' : ''}`;
  responseHeaders.set('DAV', hasDatabase ? '1,2,3' : '1,3');
  // Microsoft's web folders would speak something else
  responseHeaders.set('MS-Author-Via', 'DAV');
  responseHeaders.append('Allow', config['webdav.is-readonly'] ? 'PROPFIND' : all);
  return HandlerResult.goOn;
}

function answerMethod(request: RequestState, config: WebdavConfig, state: State): MaybeAsync<HandlerResult> {
  const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (method === undefined || !config['webdav.activate']) return HandlerResult.goOn;
  if (!method.isRead && config['webdav.is-readonly']) return answerError(request, 403);
  if (request.body.length !== 0) {
    if (!method.takesBody) return answerError(request, 415);
    if (request.headers.has('content-encoding')) {
      request.responseHeaders.set('Accept-Encoding', 'identity');
      return answerError(request, 415);
    }
  }
  return answer(request, config, state, method);
}

function answer(
  request: RequestState,
  config: WebdavConfig,
  state: State,
  method: Method,
): MaybeAsync<HandlerResult> {
  const database = openDatabase(config['webdav.sqlite-db-name'], state);
  const dav: DavRequest = { request, config, database, user: request.env.get('REMOTE_USER') ?? '' };
  if (method.changesSource) {
    const status = statusOfLocks(dav, request.physical.relPath);
    if (status !== 0) return answerError(request, status);
  }
  return method.answer(dav);
}

/** Null where none is set. Throws what SQLite says. */
function openDatabase(path: string, { databases }: State): DavDatabase | null {
  if (path === '') return null;
  let database = databases.get(path);
  if (database === undefined) {
    database = DavDatabase.open(path);
    databases.set(path, database);
  }
  return database;
}

/** MKCOL (RFC 4918, 9.3). */
async function makeCollection({ request }: DavRequest): Promise<HandlerResult> {
  const { path } = request.physical;
  const problem = await makeFolder(path);
  request.server.statCache.changed(path);
  if (problem === '') return answerWithoutBody(request, 201);
  if (problem === 'EEXIST') return answerError(request, 405);
  return answerError(request, problem === 'ENOENT' || problem === 'ENOTDIR' ? 409 : 403);
}
