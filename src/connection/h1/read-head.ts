import { isBlank, isFieldName, isFieldValue } from '../../http/field-syntax.js';
import { isKnownMethod } from '../../http/methods.js';
import { ParseOption } from '../../http/parse-options.js';
import { readSentTarget } from '../../http/request-target.js';
import { HttpVersion } from '../../http/version.js';
import type { RequestState } from '../../plugin/request-state.js';
import { knownFieldName } from '../field-names.js';
import { addField, type BodyFraming, completeHead, refuse, setHost } from '../request-fields.js';
import type { KnownHeads } from './known-heads.js';

const linesMax = 8190;
const cr = 13;

/**
 * Where the lines of a head begin. One object serves a worker: it is filled by `find` and read by `readHead` before
 * anything else happens.
 */
export class HeadLines {
  /** Offsets of the line starts, and of the blank line's. */
  readonly starts = new Int32Array(linesMax + 2);
  /** Lines before the blank one. */
  count = 0;
  /** Behind the blank line; 0 while it has not come. */
  end = 0;

  /** Finds the end of the head that starts at `start`: a blank line, with or without CR (http_header_parse_hoff). */
  find(text: string, start: number): void {
    this.count = 0;
    this.end = 0;
    let lineStart = start;
    for (let lineEnd = text.indexOf('\n', start); lineEnd >= 0; lineEnd = text.indexOf('\n', lineStart)) {
      this.starts[this.count] = lineStart;
      const length = lineEnd - lineStart;
      if (length === 0 || (length === 1 && text.charCodeAt(lineStart) === cr)) {
        this.end = lineEnd + 1;
        return;
      }
      lineStart = lineEnd + 1;
      if (++this.count >= linesMax) return;
    }
  }

  get isTooLong(): boolean {
    return this.count >= linesMax;
  }
}

/**
 * Reads one complete head into the request: request line, fields, then the checks of the whole. Gives 0 or the
 * status to answer with.
 */
export function readHead(
  text: string,
  lines: HeadLines,
  request: RequestState,
  framing: BodyFraming,
  known: KnownHeads,
): number {
  const isStrict = (request.server.core.base.parseOptions & ParseOption.headerStrict) !== 0;
  let source = text;
  if (hasFolding(text, lines)) {
    // folded lines are joined with blanks (RFC 9112, 5.2); offsets stay as they are
    source = text.slice(0, lines.end).replace(/\r?\n(?=[ \t])/g, (ending) => ' '.repeat(ending.length));
    lines.find(source, lines.starts[0]);
  }
  const status = readRequestLine(source, lines, request, isStrict, known);
  if (status !== 0) return status;
  const fieldsAt = lines.starts[1];
  if (known.fields.use(source, fieldsAt, lines.end, request)) {
    return complete(request, framing, known, true);
  }
  for (let i = 1; i < lines.count; i++) {
    const fieldStatus = readField(source, lines.starts[i], lines.starts[i + 1], request, framing, isStrict);
    if (fieldStatus !== 0) return fieldStatus;
  }
  if (isStrict && lines.end - lines.starts[lines.count] !== 2) {
    return refuse(request, 400, 'missing CR before LF to end header block -> 400');
  }
  const result = complete(request, framing, known, false);
  if (result === 0) known.fields.keep(source, fieldsAt, lines.end, request, framing);
  return result;
}

/** The checks of the whole; a target that passes them is known from then on. */
function complete(
  request: RequestState,
  framing: BodyFraming,
  { targets }: KnownHeads,
  isKnown: boolean,
): number {
  const { parsedTarget, knownTarget } = request;
  const status = completeHead(request, framing, parsedTarget.original, isKnown);
  if (status === 0 && knownTarget === null && request.method === 'GET') targets.keep(parsedTarget);
  return status;
}

function hasFolding(text: string, lines: HeadLines): boolean {
  for (let i = 1; i < lines.count; i++) {
    const first = text.charCodeAt(lines.starts[i]);
    if (first === 32 || first === 9) return true;
  }
  return false;
}

/** Where the text of a line ends; -1 where the CR that strictness asks for is missing. */
function endOfLine(text: string, next: number, isStrict: boolean): number {
  if (text.charCodeAt(next - 2) === cr) return next - 2;
  return isStrict ? -1 : next - 1;
}

function readRequestLine(
  text: string,
  lines: HeadLines,
  request: RequestState,
  isStrict: boolean,
  known: KnownHeads,
): number {
  const start = lines.starts[0];
  const next = lines.starts[1];
  if (next - start < 13) return refuse(request, 400, 'invalid request line (too short) -> 400');
  const end = endOfLine(text, next, isStrict);
  if (end < 0) return refuse(request, 400, 'missing CR before LF in header -> 400');
  // the version comes before everything else: an error about it is answered as HTTP/1.0
  const versionAt = end - 8;
  if (text.charCodeAt(versionAt - 1) !== 32 || !text.startsWith('HTTP/1.', versionAt)) {
    return refuse(request, 400, 'unknown protocol -> 400');
  }
  const minor = text.charCodeAt(end - 1);
  if (minor === 49) {
    request.version = HttpVersion.http11;
    request.keepAlive = true;
  } else if (minor === 48) {
    request.version = HttpVersion.http10;
    request.keepAlive = false;
  } else {
    return refuse(request, 400, 'unknown protocol -> 400');
  }
  if (text.charCodeAt(versionAt - 2) === 32)
    return refuse(request, 400, 'invalid request line (separators) -> 400');
  const isGet = text.startsWith('GET ', start);
  const methodEnd = isGet ? start + 3 : text.indexOf(' ', start);
  const method = isGet ? 'GET' : text.slice(start, methodEnd);
  if (!isGet && !isKnownMethod(method)) return refuse(request, 501, 'unknown http-method -> 501');
  request.method = method;
  if (methodEnd + 1 >= versionAt) return refuse(request, 400, 'no uri specified -> 400');
  const target = isGet ? known.targets.find(text, methodEnd + 1, versionAt - 1) : null;
  if (target === null) return readTarget(text.slice(methodEnd + 1, versionAt - 1), request);
  request.knownTarget = target;
  request.target = target.original;
  request.targetOriginal = target.original;
  return 0;
}

function readTarget(sent: string, request: RequestState): number {
  const { parsedTarget } = request;
  readSentTarget(request.method, sent, request.server.core.base.parseOptions, parsedTarget);
  if (parsedTarget.status !== 0)
    return refuse(request, parsedTarget.status, 'request-URI parse error -> 400');
  if (parsedTarget.authority !== null) setHost(request, parsedTarget.authority);
  request.target = parsedTarget.original;
  request.targetOriginal = parsedTarget.original;
  return 0;
}

function readField(
  text: string,
  start: number,
  next: number,
  request: RequestState,
  framing: BodyFraming,
  isStrict: boolean,
): number {
  const colon = text.indexOf(':', start);
  if (colon < 0 || colon >= next) return refuse(request, 400, "invalid header missing ':' -> 400");
  let nameEnd = colon;
  if (isBlank(text.charCodeAt(nameEnd - 1))) {
    if (isStrict) return refuse(request, 400, 'invalid whitespace between field-name and colon -> 400');
    while (nameEnd > start && isBlank(text.charCodeAt(nameEnd - 1))) nameEnd--;
  }
  if (nameEnd === start) return refuse(request, 400, 'invalid header key -> 400');
  const name = text.slice(start, nameEnd);
  let lower = knownFieldName(name);
  if (lower === undefined) {
    if (!isFieldName(name, isStrict)) return refuse(request, 400, 'invalid character in header key -> 400');
    lower = name.toLowerCase();
  }
  let valueStart = colon + 1;
  let valueEnd = endOfLine(text, next, isStrict);
  if (valueEnd < 0) return refuse(request, 400, 'missing CR before LF in header -> 400');
  while (isBlank(text.charCodeAt(valueStart))) valueStart++;
  while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--;
  if (valueEnd <= valueStart) {
    return lower === 'content-length' ? refuse(request, 400, 'invalid Content-Length header -> 400') : 0;
  }
  const value = text.slice(valueStart, valueEnd);
  // (without strictness only NUL is refused, wherever it stands)
  if (isStrict ? !isFieldValue(value, true) : value.includes('\0')) {
    return refuse(request, 400, 'invalid character in header -> 400');
  }
  return addField(request, framing, name, lower, value);
}
