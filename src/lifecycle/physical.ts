import { lowerAscii } from '../base/ascii.js';
import { joinPath } from '../base/path.js';
import type { KnownTarget } from '../http/request-target.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { answerOptions } from './subrequest.js';

/** The border between URL and disk: a document root is looked for next. */
export function startDocroot(request: RequestState): HandlerResult {
  if (request.method === 'OPTIONS' && request.uri.path === '*') return answerOptions(request);
  // a module that takes CONNECT has done so by now
  if (request.method === 'CONNECT' && request.handler === null) {
    request.keepAlive = false;
    request.status = 405;
    return HandlerResult.finished;
  }
  request.physical.docroot = '';
  return HandlerResult.goOn;
}

/** Joins document root and URL path, in lower case where the file system is to be asked so. */
export function mapToPhysical(request: RequestState): HandlerResult {
  const { physical, conf, uri } = request;
  physical.relPath = conf.forceLowercaseFilenames ? lowerAscii(uri.path) : uri.path;
  if (physical.docroot === '') physical.docroot = conf.documentRoot;
  physical.basedir = physical.docroot;
  physical.path = pathBelow(physical.docroot, physical.relPath, request.knownTarget);
  return HandlerResult.goOn;
}

/** The same text as one object each time, which the stat cache finds without reading it. */
function pathBelow(docroot: string, relPath: string, known: KnownTarget | null): string {
  if (known === null || known.path !== relPath) return joinPath(docroot, relPath);
  if (known.docroot !== docroot) {
    known.docroot = docroot;
    known.physicalPath = joinPath(docroot, relPath);
  }
  return known.physicalPath;
}
