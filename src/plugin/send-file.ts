import { FilePart } from '../files/file-part.js';
import { containsSymlink, openForReading, StatEntry } from '../files/stat-cache.js';
import { httpDate, modifiedSince } from '../http/date.js';
import { etagMatches } from '../http/etag.js';
import { HeaderTemplate } from '../http/header-list.js';
import { etagOf } from './etag-of.js';
import type { RequestState } from './request-state.js';

const defaultType = 'application/octet-stream';

/**
 * Answers with a file (http_response_send_file): type, ETag, Last-Modified, conditional requests, and the body for
 * every method. Errors become the answer's status. `entry` is what the stat cache says of `path`, if it was asked.
 */
export function sendFile(request: RequestState, path: string, entry: StatEntry | null, etags = true): void {
  const { conf } = request;
  const found = entry ?? request.server.statCache.get(path);
  if (!(found instanceof StatEntry)) {
    conf.errorLog.error('http-header-glue.c', `not a regular file: ${request.uri.path} -> ${path}`);
    request.status = found === 'ENOENT' ? 404 : 403;
    return;
  }
  if (!conf.followSymlink && containsSymlink(path)) {
    if (conf.logRequestHandling) {
      conf.errorLog.debug('http-header-glue.c', '-- access denied due symlink restriction');
      conf.errorLog.debug('http-header-glue.c', `Path         : ${path}`);
    }
    request.status = 403;
    return;
  }
  if (!found.isFile) {
    if (conf.logFileNotFound) {
      conf.errorLog.debug('http-header-glue.c', `not a regular file: ${request.uri.path} -> ${path}`);
    }
    request.status = 403;
    return;
  }
  const isUntouched = request.status === 0 && request.responseHeaders.size === 0;
  if (isUntouched) sendWithTemplate(request, found, etags);
  else sendWithFields(request, found, etags);
}

/** The usual case: headers made once a file, and shared until a module changes them. */
function sendWithTemplate(request: RequestState, entry: StatEntry, etags: boolean): void {
  const { responseHeaders } = request;
  const type = typeOf(request, entry);
  const madeFor = etagFlags(request, etags);
  let template = entry.template;
  if (template === null || template.madeFor !== madeFor) {
    template = new HeaderTemplate(madeFor, fileFields(request, entry, type, etags, true));
    entry.template = template;
    entry.notModifiedTemplate = new HeaderTemplate(madeFor, fileFields(request, entry, type, etags, false));
  }
  responseHeaders.useTemplate(template);
  if (type !== '' && isConditional(request) && answersNotModified(request, entry)) {
    responseHeaders.useTemplate(entry.notModifiedTemplate as HeaderTemplate);
    return;
  }
  finishWithBody(request, entry);
}

/** Answers that a module has begun. */
function sendWithFields(request: RequestState, entry: StatEntry, etags: boolean): void {
  const { responseHeaders, status } = request;
  const givenType = responseHeaders.get('content-type');
  const type = givenType ?? typeOf(request, entry);
  if (givenType === undefined) responseHeaders.set('Content-Type', type === '' ? defaultType : type);
  // a type that nobody chose is not cached: the configuration may be about to learn it
  if (type !== '' && (status === 0 || status === 200)) {
    const etag = etags ? etagOf(request.conf, entry) : '';
    if (etag !== '' && !responseHeaders.has('etag')) responseHeaders.set('ETag', etag);
    if (!responseHeaders.has('last-modified')) responseHeaders.set('Last-Modified', httpDate(entry.mtime));
    if (isConditional(request) && answersNotModified(request, entry)) return;
  }
  if (finishWithBody(request, entry)) responseHeaders.set('Content-Length', String(entry.size));
}

function typeOf({ conf }: RequestState, entry: StatEntry): string {
  entry.contentType ??= conf.mimeTypes.typeOf(entry.path);
  return entry.contentType;
}

function fileFields(
  request: RequestState,
  entry: StatEntry,
  type: string,
  etags: boolean,
  withBody: boolean,
): [string, string][] {
  const fields: [string, string][] = [['Content-Type', type === '' ? defaultType : type]];
  if (type !== '') {
    const etag = etags ? etagOf(request.conf, entry) : '';
    if (etag !== '') fields.push(['ETag', etag]);
    fields.push(['Last-Modified', httpDate(entry.mtime)]);
  }
  if (withBody) fields.push(['Content-Length', String(entry.size)]);
  return fields;
}

function etagFlags({ conf }: RequestState, etags: boolean): number {
  return etags ? (conf.etagUseInode ? 1 : 0) | (conf.etagUseSize ? 2 : 0) | (conf.etagUseMtime ? 4 : 0) : 0;
}

function isConditional({ headers }: RequestState): boolean {
  return headers.has('if-none-match') || headers.has('if-modified-since');
}

/**
 * If-None-Match and If-Modified-Since (http_response_handle_cachable): sets 304 or 412 and gives true where the
 * client has the file already.
 */
export function answersNotModified(request: RequestState, entry: { readonly mtime: number }): boolean {
  const { headers, responseHeaders, method } = request;
  const reads = method === 'GET' || method === 'HEAD' || method === 'QUERY';
  const known = headers.get('if-none-match');
  const etag = responseHeaders.get('etag');
  if (known !== undefined && etag !== undefined) {
    // a range of a weakly equal file may not fit the rest
    if (!etagMatches(known, etag, !headers.has('range'))) return false;
    request.status = reads ? 304 : 412;
  } else {
    const since = headers.get('if-modified-since');
    if (!reads || since === undefined || !responseHeaders.has('last-modified')) return false;
    if (since !== responseHeaders.get('last-modified')) {
      if (modifiedSince(since, entry.mtime, request.server.clock.epochSeconds)) return false;
    }
    request.status = 304;
  }
  request.responseBody.finish();
  return true;
}

function finishWithBody(request: RequestState, entry: StatEntry): boolean {
  if (!appendFileBody(request, entry, request.conf.followSymlink)) {
    request.responseHeaders.clear();
    return false;
  }
  request.status = 200;
  request.responseBody.finish();
  return true;
}

/** Appends the file to the body, from memory where it is small; sets the status and gives false where it cannot be read. */
export function appendFileBody(request: RequestState, entry: StatEntry, followSymlink: boolean): boolean {
  if (entry.size === 0) return true;
  const content = followSymlink ? request.server.statCache.content(entry) : null;
  if (content !== null) {
    request.responseBody.append(content);
    return true;
  }
  const fd = openForReading(entry.path, followSymlink);
  if (typeof fd === 'string') {
    request.status = fd === 'ENOENT' ? 404 : 403;
    if (request.conf.logRequestHandling)
      request.conf.errorLog.debug('http-header-glue.c', `file open failed: ${entry.path}`);
    return false;
  }
  request.responseBody.appendFile(new FilePart(fd, 0, entry.size, true));
  return true;
}
