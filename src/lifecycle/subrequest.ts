import { containsSymlink, type StatEntry, type StatError } from '../files/stat-cache.js';
import { statErrorText } from '../files/stat-error.js';
import { redirectToDirectory } from '../plugin/directory-redirect.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';

const { goOn, finished } = HandlerResult;

/**
 * Looks at the path on disk before a module is looked for (http_response_physical_path_check): what does not exist,
 * even with the end of the path taken as path info, is answered here; so is a folder without its slash.
 */
export function checkPhysicalPath(request: RequestState): HandlerResult {
  const { conf, physical } = request;
  if (conf.logRequestHandling) logPhysical(request);
  if (request.handler !== null) return goOn;
  // only a script can take the path away, and lighttpd does not look for what has no name
  const found = physical.path === '' ? 'other' : request.server.statCache.get(physical.path);
  let entry: StatEntry;
  if (typeof found === 'string') {
    const status = statusOfError(request, found);
    if (status !== 0)
      return status === 200 ? endWith(request, 200) : refuse(request, status, `-- : ${statErrorText(found)}`);
    const script = conf.pathInfo ? splitPathInfo(request) : null;
    if (script === null) return refuse(request, 404, '-- file not found');
    entry = script;
  } else {
    entry = found;
    // the same text as one object: comparing it later costs nothing
    physical.path = found.path;
  }
  if (!conf.followSymlink && containsSymlink(physical.path)) {
    return refuse(request, 403, '-- access denied due to symlink restriction');
  }
  request.statEntry = entry;
  if (entry.isDirectory && !request.uri.path.endsWith('/')) {
    redirectToDirectory(request, 301);
    return finished;
  }
  if (conf.logRequestHandling) logSubrequest(request);
  return goOn;
}

/** The status that an error of the file system means; 0 where the path may have path info behind a file. */
function statusOfError(request: RequestState, error: StatError): number {
  switch (error) {
    case 'ENOTDIR':
      return 0;
    case 'EACCES':
      return 403;
    case 'ENOENT':
      return request.method === 'OPTIONS' && request.responseHeaders.has('allow') ? 200 : 404;
    case 'ENAMETOOLONG':
      return 404;
    default:
      return 500;
  }
}

function endWith(request: RequestState, status: number): HandlerResult {
  request.status = status;
  return finished;
}

function refuse(request: RequestState, status: number, why: string): HandlerResult {
  const { conf } = request;
  if ((status === 404 && conf.logFileNotFound) || conf.logRequestHandling) {
    conf.errorLog.debug('response.c', why);
    conf.errorLog.debug('response.c', `Path         : ${request.physical.path}`);
    conf.errorLog.debug('response.c', `URI          : ${request.uri.path}`);
  }
  return endWith(request, status);
}

/**
 * Finds the regular file that the path begins with, below the folder that is not the URL's, and moves the rest to
 * `pathInfo`. Null where there is none; folders have no path info.
 */
function splitPathInfo(request: RequestState): StatEntry | null {
  const { physical, uri, server } = request;
  const { path, basedir } = physical;
  const start = basedir.length - (basedir.endsWith('/') ? 1 : 0);
  if (path[start] !== '/') return null;
  let found: StatEntry | null = null;
  let slash = start;
  if (slash === 0) slash = path.indexOf('/', 1);
  let previous = slash;
  for (; slash >= 0; previous = slash, slash = path.indexOf('/', slash + 1)) {
    const entry = server.statCache.get(path.slice(0, slash));
    if (typeof entry === 'string') {
      slash = slash === previous ? -1 : previous;
      break;
    }
    found = entry;
    if (!entry.isDirectory) break;
  }
  if (slash < 0 || found === null || !found.isFile) return null;
  const pathInfo = path.slice(slash);
  request.pathInfo = originalSpelling(request, pathInfo);
  uri.path = uri.path.slice(0, uri.path.length - pathInfo.length);
  physical.path = path.slice(0, slash);
  request.conditions.resetField('url');
  return found;
}

/** With lower-case file names, path info keeps the letters of the target where it is the target's end. */
function originalSpelling(request: RequestState, pathInfo: string): string {
  if (!request.conf.forceLowercaseFilenames) return pathInfo;
  const end = request.target.slice(-pathInfo.length);
  return end.toLowerCase() === pathInfo.toLowerCase() ? end : pathInfo;
}

/** The answer to a request that no module took. */
export function leaveUnhandled(request: RequestState): HandlerResult {
  if (request.handler !== null) return goOn;
  if (request.status !== 0) return finished;
  if (request.method === 'OPTIONS') {
    request.responseBody.clear();
    return answerOptions(request);
  }
  switch (request.method) {
    case 'GET':
    case 'HEAD':
    case 'POST':
    case 'QUERY':
      return endWith(request, 403);
    case 'CONNECT':
      request.keepAlive = false;
      return endWith(request, 405);
    default:
      return endWith(request, 501);
  }
}

export function answerOptions(request: RequestState): HandlerResult {
  request.responseHeaders.append('Allow', 'OPTIONS, GET, HEAD, POST');
  request.responseBody.finish();
  return endWith(request, 200);
}

function logPhysical(request: RequestState): void {
  const { physical } = request;
  const { errorLog } = request.conf;
  errorLog.debug('response.c', '-- logical -> physical');
  errorLog.debug('response.c', `Doc-Root     : ${physical.docroot}`);
  errorLog.debug('response.c', `Basedir      : ${physical.basedir}`);
  errorLog.debug('response.c', `Rel-Path     : ${physical.relPath}`);
  errorLog.debug('response.c', `Path         : ${physical.path}`);
}

function logSubrequest(request: RequestState): void {
  const { errorLog } = request.conf;
  errorLog.debug('response.c', '-- handling subrequest');
  errorLog.debug('response.c', `Path         : ${request.physical.path}`);
  errorLog.debug('response.c', `URI          : ${request.uri.path}`);
  errorLog.debug('response.c', `Pathinfo     : ${request.pathInfo}`);
}
