import { StatEntry } from '../files/stat-cache.js';
import { HeaderTemplate } from '../http/header-list.js';
import { errorStatuses, statusLine } from '../http/status.js';
import { HttpVersion } from '../http/version.js';
import type { RequestState } from '../plugin/request-state.js';
import { appendFileBody } from '../plugin/send-file.js';
import { resetModules } from './finish.js';
import type { RequestNotice } from './slots.js';

/** `errorHandlerSavedStatus` of a request whose error handler has answered with 2xx. */
const succeeded = 65535;

/** May the answer be replaced by error documents? What a module made stays, unless server.error-intercept is on. */
function mayReplace(request: RequestState): boolean {
  return request.handler === null || request.conf.errorIntercept;
}

/** After an error handler has run: which status the answer gets (http_response_has_error_handler). */
export function settleErrorHandler(request: RequestState): void {
  const saved = request.errorHandlerSavedStatus;
  if (saved > 0) request.method = request.errorHandlerSavedMethod;
  if (saved === 0 || !mayReplace(request)) return;
  const { status } = request;
  if (saved > 0) request.status = saved;
  else if (status === 404) request.status = -saved;
  if (status >= 200 && status <= 299) request.errorHandlerSavedStatus = succeeded;
}

/** Turns an error into a request for the error handler; false where there is none, or it has run already. */
export function callErrorHandler(request: RequestState, requestReset: readonly RequestNotice[]): boolean {
  const { conf, status } = request;
  if (request.errorHandlerSavedStatus !== 0 || status < 400 || !mayReplace(request)) return false;
  const handler = conf.errorHandler ?? (status === 404 ? conf.errorHandler404 : null);
  if (handler === null) return false;
  request.env.set('REDIRECT_STATUS', String(status));
  if (request.handler !== null || handler === conf.errorHandler) resetModules(request, requestReset);
  request.handler = null;
  if (handler === conf.errorHandler) {
    if (!request.body.finished) request.keepAlive = false;
    request.body.discard();
    request.errorHandlerSavedStatus = status;
    request.errorHandlerSavedMethod = request.method;
    request.method = 'GET';
  } else {
    // server.error-handler-404 keeps method and body, and decides about the status itself
    request.errorHandlerSavedStatus = -status;
  }
  if (request.version === HttpVersion.unset) request.version = HttpVersion.http10;
  request.target = handler;
  dropAnswer(request);
  request.status = 0;
  request.headers.unset('upgrade');
  return true;
}

/** Forgets body and headers, but for the challenges of a 401, one for each way to authenticate. */
function dropAnswer(request: RequestState): void {
  const { responseHeaders } = request;
  const challenges: string[] = [];
  for (let i = 0; request.status === 401 && i < responseHeaders.size; i++)
    if (responseHeaders.lowerNameAt(i) === 'www-authenticate') challenges.push(responseHeaders.valueAt(i));
  request.physical.path = '';
  responseHeaders.clear();
  request.responseBody.clear();
  for (const challenge of challenges) responseHeaders.insert('WWW-Authenticate', challenge);
}

/** Replaces the answer to an error by the site's page for it, or the built-in one (http_response_static_errdoc). */
export function useErrorPage(request: RequestState): void {
  const saved = request.errorHandlerSavedStatus;
  const keep = request.handler === null ? saved >= succeeded : !request.conf.errorIntercept || saved !== 0;
  if (keep) return;
  dropAnswer(request);
  if (!useErrorFile(request)) useBuiltInPage(request);
  request.responseBody.finish();
}

interface BuiltInPage {
  readonly fields: HeaderTemplate;
  readonly content: Buffer;
}

/** Made once, as heads and bodies of files are. */
const builtInPages: ReadonlyMap<number, BuiltInPage> = new Map(
  errorStatuses.map((status) => [status, makeBuiltInPage(status)]),
);

function useBuiltInPage({ status, responseHeaders, responseBody }: RequestState): void {
  const { fields, content } = builtInPages.get(status) ?? makeBuiltInPage(status);
  if (responseHeaders.size === 0) responseHeaders.useTemplate(fields);
  else responseHeaders.set('Content-Type', 'text/html');
  responseBody.append(content);
}

function makeBuiltInPage(status: number): BuiltInPage {
  const content = Buffer.from(builtInPage(status), 'latin1');
  const fields: [string, string][] = [
    ['Content-Type', 'text/html'],
    ['Content-Length', String(content.length)],
  ];
  return { fields: new HeaderTemplate(0, fields), content };
}

function useErrorFile(request: RequestState): boolean {
  const { errorfilePrefix, mimeTypes, followSymlink } = request.conf;
  if (errorfilePrefix === null) return false;
  const path = `${errorfilePrefix}${request.status}.html`;
  const entry = request.server.statCache.get(path);
  if (!(entry instanceof StatEntry) || !entry.isFile || !appendFileBody(request, entry, followSymlink))
    return false;
  const type = mimeTypes.typeOf(path);
  if (type !== '') request.responseHeaders.set('Content-Type', type);
  return true;
}

function builtInPage(status: number): string {
  const title = statusLine(status);
  return `<!DOCTYPE html>
<html lang="en">
 <head>
  <meta charset="UTF-8" />
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`;
}
