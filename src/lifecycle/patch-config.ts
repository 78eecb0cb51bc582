import { allFields, connectionFields } from '../config/condition.js';
import { HttpVersion } from '../http/version.js';
import { HandlerResult } from '../plugin/handler-result.js';
import type { RequestState } from '../plugin/request-state.js';
import { setTarget } from '../plugin/set-target.js';

/** Chooses the settings that hold for this request (http_response_config). */
export function patchConfig(request: RequestState): HandlerResult {
  request.conditions.reset();
  const conf = request.server.core.select(request.conditions);
  request.conf = conf;
  request.serverName = conf.serverName === '' ? request.uri.authority : conf.serverName;
  if (!conf.protocolHttp11 && request.version === HttpVersion.http11) {
    request.version = HttpVersion.http10;
    request.keepAlive = false;
    request.headers.unset('upgrade');
  }
  if (conf.maxRequestSize > 0 && request.body.length > conf.maxRequestSize * 1024) {
    conf.errorLog.error('response.c', `request-size too long: ${request.body.length} -> 413`);
    request.keepAlive = false;
    request.status = 413;
    return HandlerResult.finished;
  }
  if (conf.logRequestHandling) logTarget(request);
  return HandlerResult.goOn;
}

/** Takes the changed target apart and begins at the first step again. */
export function startAgainWithTarget(request: RequestState): void {
  request.conf = request.server.core.base;
  request.uri.authority = request.host ?? '';
  const status = setTarget(request, request.target);
  if (status === 0) {
    request.step = 0;
    request.conditions.valid = allFields;
    return;
  }
  request.conditions.valid = connectionFields;
  request.conditions.reset();
  request.keepAlive = false;
  request.status = status;
}

function logTarget(request: RequestState): void {
  const { uri } = request;
  const { errorLog } = request.conf;
  errorLog.debug('response.c', '-- parsed Request-URI');
  errorLog.debug('response.c', `Request-URI     : ${request.target}`);
  errorLog.debug('response.c', `URI-scheme      : ${uri.scheme}`);
  errorLog.debug('response.c', `URI-authority   : ${uri.authority}`);
  errorLog.debug('response.c', `URI-path (clean): ${uri.path}`);
  errorLog.debug('response.c', `URI-query       : ${uri.query}`);
}
