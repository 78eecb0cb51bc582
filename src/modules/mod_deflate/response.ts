import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../../files/replace-file.js';
import { StatEntry } from '../../files/stat-cache.js';
import { hasToken } from '../../http/tokens.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { BodyPart, ResponseBody } from '../../plugin/response-body.js';
import { appendFileBody } from '../../plugin/send-file.js';
import { type Compressor, compressingStream, type Effort } from './compressor.js';
import type { Encoding } from './negotiation.js';

/** Longer bodies are compressed piece by piece, so that memory does not grow with them. */
export const wholeBodyMax = 1024 * 1024;
const pieceLength = 65536;

/** An answer that is going to be compressed. */
export interface Job {
  readonly request: RequestState;
  readonly encoding: Encoding;
  readonly effort: Effort;
  readonly contentType: string;
  /** Bytes before compression. */
  readonly length: number;
  /** Where the result is kept; empty: nowhere. */
  readonly cachePath: string;
}

/** Results for bodies that the stat cache keeps in memory, by coding; they go when the body goes. */
export type KeptResults = WeakMap<Buffer, Map<string, Buffer>>;

/** Replaces the body by a compressed one, in memory. */
export async function compressWhole(job: Job, compressor: Compressor, kept: KeptResults): Promise<void> {
  const { responseBody } = job.request;
  const parts = responseBody.takeParts();
  const data = parts.length === 1 && Buffer.isBuffer(parts[0]) ? parts[0] : readAll(parts, job.length);
  const result = await compressor.compress(data, job.encoding, job.effort, job.contentType);
  if (job.cachePath === '') keepInMemory(job, kept, data, result);
  else await keepInFolder(job, result);
  useResult(job, result);
}

/** The same from memory, if it has been made before; false where it has not. */
export function useKept(job: Job, kept: KeptResults): boolean {
  const { parts } = job.request.responseBody;
  const result =
    parts.length === 1 && Buffer.isBuffer(parts[0]) ? kept.get(parts[0])?.get(keyOf(job)) : undefined;
  if (result === undefined) return false;
  job.request.responseBody.takeParts();
  useResult(job, result);
  return true;
}

function keepInMemory(job: Job, kept: KeptResults, data: Buffer, result: Buffer): void {
  const results = kept.get(data);
  if (results === undefined) kept.set(data, new Map([[keyOf(job), result]]));
  else results.set(keyOf(job), result);
}

function keyOf({ encoding, effort, contentType }: Job): string {
  const params = Array.from(effort.params, ([name, value]) => `${name}=${value}`).join();
  return `${encoding === 'x-gzip' ? 'gzip' : encoding} ${effort.level} ${params} ${contentType}`;
}

function useResult({ request, length }: Job, result: Buffer): void {
  request.responseBody.append(result);
  noteRatio(request, result.length, length);
}

/** For the access log, as `%{ratio}e`. */
export function noteRatio(request: RequestState, bytesOut: number, bytesIn: number): void {
  request.env.set('ratio', String(Math.trunc((bytesOut * 100) / bytesIn)));
}

function readAll(parts: readonly BodyPart[], length: number): Buffer {
  const data = Buffer.concat(Array.from(pieces(parts)));
  if (data.length !== length) throw new Error('a file has become shorter');
  return data;
}

/** The body in pieces; files are read as they are asked for, and closed. */
function* pieces(parts: readonly BodyPart[]): Generator<Buffer> {
  try {
    for (const part of parts) {
      if (Buffer.isBuffer(part)) yield part;
      while (!Buffer.isBuffer(part) && part.length > 0) {
        const piece = Buffer.allocUnsafe(Math.min(pieceLength, part.length));
        const count = part.read(piece, piece.length);
        if (count <= 0) throw new Error('a file cannot be read to its end');
        yield piece.subarray(0, count);
      }
    }
  } finally {
    for (const part of parts) if (!Buffer.isBuffer(part)) part.close();
  }
}

/** Replaces a long body by a compressed one that is still being made while it is sent. */
export function compressStreaming(job: Job): void {
  const { request, encoding, effort, contentType, length } = job;
  const { responseBody } = request;
  const parts = responseBody.takeParts();
  responseBody.finished = false;
  const compressor = compressingStream(encoding, effort, contentType, length);
  let bytesOut = 0;
  const send = async (results: AsyncIterable<Buffer>): Promise<void> => {
    for await (const result of results) {
      bytesOut += result.length;
      responseBody.append(result);
      await responseBody.room();
    }
  };
  const abort = new AbortController();
  request.connection.aborted.then(() => abort.abort());
  pipeline(pieces(parts), compressor, send, { signal: abort.signal }).then(
    () => {
      noteRatio(request, bytesOut, length);
      responseBody.finish();
    },
    (error: Error) => fail(job, responseBody, error),
  );
}

function fail({ request }: Job, responseBody: ResponseBody, error: Error): void {
  if (error.name !== 'AbortError')
    request.conf.errorLog.error('mod_deflate.c', `compress failed: ${error.message}`);
  responseBody.fail();
}

/** Compresses a long file into the cache, to be sent from there; false where that fails, and the file is as it was. */
export async function compressIntoCache(job: Job): Promise<boolean> {
  const { encoding, effort, contentType, length, cachePath, request } = job;
  const source = pieces(
    request.responseBody.parts.map((part) => (Buffer.isBuffer(part) ? part : part.slice(0, part.length))),
  );
  const compressor = compressingStream(encoding, effort, contentType, length);
  try {
    const [entry] = await Promise.all([replaceFile(cachePath, compressor), pipeline(source, compressor)]);
    return useCacheFile(job, entry);
  } catch (error) {
    request.conf.errorLog.error('mod_deflate.c', `cannot keep ${cachePath}: ${(error as Error).message}`);
    return false;
  }
}

/** Sends what has been kept for this version of the file; false where there is nothing. */
export function useCached(job: Job): boolean {
  const entry = job.request.server.statCache.get(job.cachePath);
  return entry instanceof StatEntry && entry.isFile && useCacheFile(job, entry);
}

function useCacheFile({ request, length }: Job, entry: StatEntry): boolean {
  const { responseBody } = request;
  const before = responseBody.takeParts();
  if (!appendFileBody(request, entry, true)) {
    for (const part of before) {
      if (Buffer.isBuffer(part)) responseBody.append(part);
      else responseBody.appendFile(part);
    }
    return false;
  }
  for (const part of before) if (!Buffer.isBuffer(part)) part.close();
  noteRatio(request, entry.size, length);
  return true;
}

async function keepInFolder({ request, cachePath }: Job, result: Buffer): Promise<void> {
  try {
    await replaceFile(cachePath, result);
  } catch (error) {
    request.conf.errorLog.error('mod_deflate.c', `cannot keep ${cachePath}: ${(error as Error).message}`);
  }
}

/** Adds Accept-Encoding to Vary; true where there was a Vary before. */
export function varyByEncoding({ responseHeaders }: RequestState): boolean {
  const vary = responseHeaders.get('vary');
  if (vary === undefined) responseHeaders.set('Vary', 'Accept-Encoding');
  else if (!hasToken(vary, 'accept-encoding')) responseHeaders.set('Vary', `${vary},Accept-Encoding`);
  return vary !== undefined;
}
