import { FilePart } from '../files/file-part.js';
import { containsSymlink, openForReading, StatEntry } from '../files/stat-cache.js';
import { answerError } from '../plugin/answer.js';
import type { RequestState } from '../plugin/request-state.js';
import { checkPath, normalPath, type SendfileOptions } from './x-sendfile.js';

/** A part of a file, and the text that follows it in the header. */
interface NamedRange {
  readonly path: string;
  readonly first: number;
  /** -1: to the end of the file. */
  readonly last: number;
  readonly rest: string;
}

/**
 * Answers with the parts of files that X-Sendfile2 names (`PATH FIRST-, PATH FIRST-LAST`), an old header of FastCGI
 * applications; paths are percent-encoded (http_response_xsendfile2). False where there is no such header.
 */
export function answerWithFileParts(request: RequestState, options: SendfileOptions): boolean {
  const { responseHeaders, responseBody } = request;
  const value = responseHeaders.get('x-sendfile2');
  if (value === undefined) return false;
  responseHeaders.unset('x-sendfile2');
  responseHeaders.unset('content-length');
  const status = appendParts(request, value, options);
  if (status !== 0) {
    responseBody.clear();
    if (request.status < 300) answerError(request, status);
  }
  responseBody.finish();
  return true;
}

/** 0, or the status to answer with. */
function appendParts(request: RequestState, value: string, options: SendfileOptions): number {
  for (let rest = value; rest !== ''; ) {
    const range = readRange(request, rest);
    if (range === null) {
      request.conf.errorLog.error(
        'http-header-glue.c',
        `X-Sendfile2: could not read a file and its range: ${rest}`,
      );
      return 502;
    }
    const status = checkPath(request, range.path, options) || appendPart(request, range);
    if (status !== 0) return status;
    rest = range.rest;
  }
  return 0;
}

function readRange(request: RequestState, text: string): NamedRange | null {
  const parts = /^([^ ]*) (\d{1,15})-(\d{0,15})(?: *$| *, *(?=.)| *,$)/.exec(text);
  if (parts === null) return null;
  const [whole, path, first, last] = parts;
  return {
    path: normalPath(request, path),
    first: Number(first),
    last: last === '' ? -1 : Number(last),
    rest: text.slice(whole.length),
  };
}

function appendPart({ server, conf, responseBody }: RequestState, { path, first, last }: NamedRange): number {
  const entry = server.statCache.get(path);
  if (!(entry instanceof StatEntry)) return entry === 'ENOENT' ? 404 : 403;
  if (!entry.isFile) return 502;
  if (!conf.followSymlink && containsSymlink(path)) return 403;
  const end = last < 0 ? entry.size : Math.min(last + 1, entry.size);
  if (first > end) return 502;
  if (first === end) return 0;
  const fd = openForReading(path, conf.followSymlink);
  if (typeof fd === 'string') return 403;
  responseBody.appendFile(new FilePart(fd, first, end - first, true));
  return 0;
}
