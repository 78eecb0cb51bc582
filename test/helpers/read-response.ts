/** One HTTP/1.x response as it came over the wire, its framing undone. */
export interface RawResponse {
  readonly version: string;
  readonly status: number;
  /** By name in small letters; a repeated header is an array. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
  /** 1xx, other than 101. */
  readonly interim: boolean;
  /** The connection ended before the body did. */
  readonly truncated: boolean;
}

/** What came where a response should be and is none. */
export interface BadResponse {
  readonly bad: string;
}

interface Reading<T> {
  readonly response: T;
  /** Where the next response starts. */
  readonly next: number;
}

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
const noBody = Buffer.alloc(0);

/**
 * Reads the response at `at`, to a request of that method; null where it is not all there yet.
 * `ended`: nothing more will come.
 */
export function readResponse(
  bytes: Buffer,
  at: number,
  method: string,
  ended: boolean,
): Reading<RawResponse | BadResponse> | null {
  const end = bytes.indexOf(headEnd, at);
  if (end < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', at, end).split('\r\n');
  const match = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/.exec(statusLine);
  if (!match) return { response: { bad: statusLine }, next: bytes.length };
  const status = Number(match[2]);
  const head = {
    version: match[1] ?? '',
    status,
    headers: readHeaders(lines),
    interim: false,
    truncated: false,
  };
  const start = end + headEnd.length;
  if (status >= 100 && status < 200 && status !== 101) {
    return { response: { ...head, interim: true, body: noBody }, next: start };
  }
  const body = readBody(bytes, start, method, head, ended);
  return body && { response: { ...head, body: body.bytes, truncated: body.truncated }, next: body.next };
}

function readHeaders(lines: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = headers[name];
    headers[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return headers;
}

interface Body {
  readonly bytes: Buffer;
  readonly truncated: boolean;
  readonly next: number;
}

function readBody(
  bytes: Buffer,
  start: number,
  method: string,
  { status, headers }: Pick<RawResponse, 'status' | 'headers'>,
  ended: boolean,
): Body | null {
  const untilEnd = (truncated: boolean): Body | null =>
    ended ? { bytes: bytes.subarray(start), truncated, next: bytes.length } : null;
  if (status === 101) return untilEnd(false);
  if (method === 'HEAD' || status === 204 || status === 304)
    return { bytes: noBody, truncated: false, next: start };
  if (/chunked/i.test(String(headers['transfer-encoding'] ?? ''))) return readChunks(bytes, start, ended);
  const length = headers['content-length'];
  if (length === undefined) return untilEnd(false);
  const next = start + Number(Array.isArray(length) ? length[0] : length);
  if (bytes.length < next) return untilEnd(true);
  return { bytes: bytes.subarray(start, next), truncated: false, next };
}

function readChunks(bytes: Buffer, start: number, ended: boolean): Body | null {
  const parts: Buffer[] = [];
  const cutOff = (): Body => ({ bytes: Buffer.concat(parts), truncated: true, next: bytes.length });
  for (let at = start; ; ) {
    const sizeEnd = bytes.indexOf(lineEnd, at);
    if (sizeEnd < 0) return ended ? cutOff() : null;
    const size = Number.parseInt(bytes.toString('latin1', at, sizeEnd), 16);
    if (Number.isNaN(size)) return cutOff();
    at = sizeEnd + lineEnd.length;
    if (size === 0) {
      const next = trailersEnd(bytes, at);
      return next === null ? null : { bytes: Buffer.concat(parts), truncated: false, next };
    }
    if (bytes.length < at + size + lineEnd.length) {
      if (!ended) return null;
      parts.push(bytes.subarray(at));
      return cutOff();
    }
    parts.push(bytes.subarray(at, at + size));
    at += size + lineEnd.length;
  }
}

function trailersEnd(bytes: Buffer, at: number): number | null {
  if (bytes.indexOf(lineEnd, at) === at) return at + lineEnd.length;
  const end = bytes.indexOf(headEnd, at);
  return end < 0 ? null : end + headEnd.length;
}
