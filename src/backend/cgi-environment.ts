import { joinPath } from '../base/path.js';
import { hostWithoutPort } from '../http/host.js';
import { protocolNames } from '../http/version.js';
import type { RequestState } from '../plugin/request-state.js';
import { requestHeadersWithDash } from './header-names.js';

/** What differs between the programs that are given an environment (lighttpd's `http_cgi_opts`). */
export interface CgiEnvironmentOptions {
  /** A FastCGI authorizer learns nothing of the body and of the script. */
  readonly authorizer?: boolean;
  /** SCRIPT_FILENAME ends with the path info, as PHP wants it with `cgi.fix_pathinfo=1`. */
  readonly brokenScriptFilename?: boolean;
  /** Document root as a program on another machine sees it. */
  readonly docroot?: string;
  /** Prefix to take away from REQUEST_URI, without a slash at its end. */
  readonly stripRequestUri?: string;
}

/** Receives each variable; values are latin1 text. A name can come twice: the first counts. */
export type AddVariable = (name: string, value: string) => void;

/**
 * Gives the variables of RFC 3875 with lighttpd's additions, in lighttpd's order (`http_cgi_headers`):
 * CONTENT_LENGTH comes first, as SCGI wants it. Returns false where two headers of the request have one variable
 * name, as `X-A` and `X_A` have: a gateway that passes both on would let one pose as the other.
 */
export function addCgiEnvironment(
  request: RequestState,
  options: CgiEnvironmentOptions,
  add: AddVariable,
): boolean {
  if (!options.authorizer) add('CONTENT_LENGTH', String(Math.max(request.body.length, 0)));
  add('QUERY_STRING', request.uri.query);
  add('REQUEST_URI', stripPrefix(request.targetOriginal, options.stripRequestUri ?? ''));
  if (request.target !== request.targetOriginal) add('REDIRECT_URI', request.target);
  // an error handler gets the status that it was called for, as a variable of the request
  if (request.errorHandlerSavedStatus === 0) add('REDIRECT_STATUS', '200');
  addScript(request, options, add);
  add('REQUEST_METHOD', request.method);
  add('SERVER_PROTOCOL', protocolNames[request.version]);
  add('SERVER_SOFTWARE', request.conf.serverTag ?? '');
  add('GATEWAY_INTERFACE', 'CGI/1.1');
  add('REQUEST_SCHEME', request.uri.scheme);
  if (request.uri.scheme === 'https') add('HTTPS', 'on');
  addAddresses(request, add);
  const unambiguous = addHeaders(request, add);
  askModules(request);
  for (const [name, value] of request.env) add(variableName(name), value);
  return unambiguous;
}

/** The same for people: `NAME=value`, each name once. */
export function environmentLines(request: RequestState, options: CgiEnvironmentOptions): readonly string[] {
  const variables = new Map<string, string>();
  addCgiEnvironment(request, options, (name, value) => {
    if (!variables.has(name)) variables.set(name, value);
  });
  return Array.from(variables, ([name, value]) => `${name}=${value}`);
}

/** Modules that know more of the request, as those for TLS do, put it into `request.env` now. */
export function askModules(request: RequestState): void {
  for (const { definition, settings, state } of request.server.modules)
    definition.hooks?.requestEnv?.(request, settings.select(request.conditions) as never, state);
}

function stripPrefix(target: string, prefix: string): string {
  return prefix !== '' && target.startsWith(prefix) && target[prefix.length] === '/'
    ? target.slice(prefix.length)
    : target;
}

function addScript(request: RequestState, options: CgiEnvironmentOptions, add: AddVariable): void {
  const { physical, pathInfo } = request;
  const { docroot } = options;
  if (!options.authorizer) {
    add('SCRIPT_NAME', request.uri.path);
    if (pathInfo !== '') {
      add('PATH_INFO', pathInfo);
      add('PATH_TRANSLATED', joinPath(docroot ?? physical.basedir, pathInfo));
    }
  }
  if (docroot !== undefined) {
    add('SCRIPT_FILENAME', joinPath(docroot, request.uri.path));
    add('DOCUMENT_ROOT', docroot);
    return;
  }
  add('SCRIPT_FILENAME', options.brokenScriptFilename ? joinPath(physical.path, pathInfo) : physical.path);
  add('DOCUMENT_ROOT', physical.basedir);
}

function addAddresses(request: RequestState, add: AddVariable): void {
  const { listenSocket, localAddress } = request.connection;
  const { token } = listenSocket;
  const isUnix = token.startsWith('/');
  add('SERVER_PORT', String(serverPort(request)));
  const bound = isUnix ? '' : token.slice(0, token.lastIndexOf(':'));
  const isWildcard = bound === '0.0.0.0' || bound === '[::]' || bound === '';
  add('SERVER_ADDR', isWildcard && !isUnix ? localAddress : bound);
  // empty for an HTTP/1.0 request without a host, as in lighttpd
  add('SERVER_NAME', hostWithoutPort(request.serverName));
  add('REMOTE_ADDR', request.remoteAddress.text);
  add('REMOTE_PORT', String(request.remotePort));
}

/** The port that the request came to; 0 for a Unix socket. */
export function serverPort({ connection }: RequestState): number {
  const { token } = connection.listenSocket;
  return token.startsWith('/') ? 0 : Number(token.slice(token.lastIndexOf(':') + 1));
}

function addHeaders(request: RequestState, add: AddVariable): boolean {
  const { headers } = request;
  let unambiguous = true;
  for (let i = 0; i < headers.size; i++) {
    const value = headers.valueAt(i);
    if (value === '') continue;
    const lowerName = headers.lowerNameAt(i);
    if (lowerName === 'content-type') add('CONTENT_TYPE', value);
    // many programs take HTTP_PROXY for the proxy of their own requests (https://httpoxy.org/)
    else if (lowerName !== 'proxy') {
      if (posesAsOther(request, lowerName)) unambiguous = false;
      add(`HTTP_${variableName(headers.nameAt(i))}`, value);
    }
  }
  return unambiguous;
}

/** Would this header, with dashes for its underscores, be another one that is known or sent as well? */
function posesAsOther(request: RequestState, lowerName: string): boolean {
  const withDashes = lowerName.replace(/[^a-z0-9]/g, '-');
  if (withDashes === lowerName) return false;
  return requestHeadersWithDash.has(withDashes) || (request.headers.get(withDashes) ?? '') !== '';
}

/** Letters in upper case, digits as they are, `_` for the rest. */
export function variableName(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();
}
