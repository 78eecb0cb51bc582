import { isUtf8 } from 'node:buffer';
import { lowerAscii } from '../base/ascii.js';
import { decodePath, simplifyPath } from '../http/decode-path.js';
import type { RequestState } from '../plugin/request-state.js';
import { sendFile } from '../plugin/send-file.js';
import type { BackendKind } from './response-head.js';

export interface SendfileOptions {
  /** Folders, each with a slash at its end, below which files may be sent; none: any file. */
  readonly docroots: readonly string[];
}

/**
 * Answers with the file that the backend named in X-Sendfile; FastCGI may also use the old X-LIGHTTPD-send-file.
 * False where it named none (http_response_xsendfilex).
 */
export function answerWithFile(request: RequestState, kind: BackendKind, options: SendfileOptions): boolean {
  const { responseHeaders } = request;
  const names = kind === 'fastcgi' ? ['x-sendfile', 'x-lighttpd-send-file'] : ['x-sendfile'];
  const name = names.find((candidate) => responseHeaders.has(candidate));
  if (name === undefined) return false;
  const path = normalPath(request, responseHeaders.get(name) ?? '');
  responseHeaders.unset(name);
  responseHeaders.unset('content-length');
  const refusal = checkPath(request, path, options);
  const before = request.status;
  if (refusal !== 0) request.status = refusal;
  else sendFile(request, path, null);
  // the status that the program gave stays, but for a success that did not come about
  if (request.status >= 400 && before < 300) request.handler = null;
  else if (before !== 0 && before !== 200) request.status = before;
  if (!request.responseBody.finished) request.responseBody.finish();
  return true;
}

/** The path that a header means: decoded, simplified, in lower case where files are. */
export function normalPath(request: RequestState, value: string): string {
  const path = simplifyPath(decodePath(value));
  return request.conf.forceLowercaseFilenames ? lowerAscii(path) : path;
}

/** 0, or the status to answer with. */
export function checkPath(request: RequestState, path: string, { docroots }: SendfileOptions): number {
  const { errorLog, forceLowercaseFilenames } = request.conf;
  if (!isUtf8(Buffer.from(path, 'latin1'))) {
    errorLog.error('http-header-glue.c', `X-Sendfile: invalid UTF-8 after url-decode: ${path}`);
    return 502;
  }
  if (path === '') return 502;
  const isBelow = (docroot: string): boolean =>
    path.startsWith(forceLowercaseFilenames ? lowerAscii(docroot) : docroot);
  if (docroots.length > 0 && !docroots.some(isBelow)) {
    errorLog.error(
      'http-header-glue.c',
      `X-Sendfile: file not under configured x-sendfile-docroot(s): ${path}`,
    );
    return 403;
  }
  if (path.startsWith('/')) return 0;
  errorLog.error('http-header-glue.c', `X-Sendfile: the path does not start with a slash: ${path}`);
  return 403;
}
