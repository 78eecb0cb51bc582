import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';
import type { ExchangeResult } from '../helpers/exchange.js';
import type { BadResponse, RawResponse } from '../helpers/read-response.js';
import type { ExpectedExchange, ObservedResponse, Replacements, RequestCase, Suite } from './suite.js';

/** Headers about framing and time, compared only where a suite or a case asks to `see` them. */
const unseenHeaders = new Set(['date', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);
/** Longer bodies are compared by their hash. */
const bodyCharactersMax = 4096;
export const noDecoder = '<no decoder here>';

/** Reduces what came back to what is compared. */
export function observe(
  result: ExchangeResult,
  suite: Suite,
  test: RequestCase,
  takeBack: (text: string) => string,
): ExpectedExchange {
  const see = [...(suite.see ?? []), ...(test.see ?? [])];
  const replacements = [...(suite.replace ?? []), ...(test.replace ?? [])];
  const tidy = (text: string) => replaceAll(takeBack(text), replacements);
  return {
    responses: result.responses.map((response) => observeResponse(response, test, see, tidy)),
    closed: result.closed,
  };
}

export function replaceAll(text: string, replacements: Replacements): string {
  return replacements.reduce((current, [from, to]) => current.replace(new RegExp(from, 'gm'), to), text);
}

function observeResponse(
  response: RawResponse | BadResponse,
  test: RequestCase,
  see: readonly string[],
  tidy: (text: string) => string,
): ObservedResponse {
  if ('bad' in response) return { bad: tidy(response.bad) };
  const headers = observeHeaders(response, see, tidy);
  const observed = {
    status: response.status,
    headers,
    ...(see.includes('version') && { version: response.version }),
  };
  if (response.interim) return observed;
  const bytes = test.decode ? decode(response) : response.body;
  const text = bytes === null ? noDecoder : tidy(bytes.toString('latin1'));
  return {
    ...observed,
    ...(response.truncated && { truncated: true }),
    body: observeBody(withoutBoundary(text, headers), test),
  };
}

function observeHeaders(
  response: RawResponse,
  see: readonly string[],
  tidy: (text: string) => string,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const name of Object.keys(response.headers).sort()) {
    if (unseenHeaders.has(name) && !see.includes(name)) continue;
    const values = [response.headers[name] ?? ''].flat().map((value) => observeValue(name, tidy(value), see));
    headers[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return headers;
}

/** An ETag's text, and the default Server tag, are the server's own choice. */
function observeValue(name: string, value: string, see: readonly string[]): string {
  if (name === 'etag' && !see.includes('etag')) return '<etag>';
  if (name === 'server' && /^lighttpd[\w-]*\/\d/i.test(value)) return '<default>';
  return value;
}

/** So is the boundary of several ranges, in the header and in the body. */
function withoutBoundary(text: string, headers: Record<string, string | string[]>): string {
  const type = headers['content-type'];
  if (typeof type !== 'string') return text;
  const boundary = /^multipart\/byteranges;.*boundary="?([^";,\s]+)/i.exec(type)?.[1];
  if (boundary === undefined) return text;
  headers['content-type'] = type.replace(boundary, '<boundary>');
  return text.replaceAll(boundary, '<boundary>');
}

function observeBody(whole: string, { pick, sort }: RequestCase): ObservedResponse['body'] {
  let text = whole;
  if (pick) text = [...text.matchAll(new RegExp(pick, 'g'))].map((match) => match[1] ?? match[0]).join('\n');
  if (sort) text = text.split(new RegExp(sort)).sort().join('');
  if (text.length <= bodyCharactersMax) return text;
  return { sha256: createHash('sha256').update(text, 'latin1').digest('hex'), length: text.length };
}

/** The body with its Content-Encoding undone; null where this machine has no decoder for it. */
function decode({ body, headers }: RawResponse): Buffer | null {
  const encoding = String(headers['content-encoding'] ?? '');
  if (body.length === 0) return body;
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return zlib.gunzipSync(body);
    if (encoding === 'deflate') return zlib.inflateSync(body);
    if (encoding === 'br') return zlib.brotliDecompressSync(body);
  } catch (error) {
    return Buffer.from(`<not ${encoding}: ${error instanceof Error ? error.message : error}>`);
  }
  return encoding === 'zstd' ? decodeZstd(body) : body;
}

function decodeZstd(body: Buffer): Buffer | null {
  const result = spawnSync('zstd', ['-dcq'], { input: body });
  if (result.error) return null;
  return result.status === 0 ? result.stdout : Buffer.from('<not zstd>');
}
