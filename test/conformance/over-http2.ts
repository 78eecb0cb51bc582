import { once } from 'node:events';
import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ExchangeOptions, ExchangeResult } from '../helpers/exchange.js';
import { type Answer, type Fields, Http2Client } from '../helpers/http2-client.js';
import type { RawResponse } from '../helpers/read-response.js';

/** One request of a suite, as HTTP/2 has it. */
interface Told {
  readonly method: string;
  readonly fields: Fields;
  readonly body: Buffer;
}

/** Fields of HTTP/1.x alone, which say nothing that HTTP/2 would not. */
const dropped = /^(?:connection|keep-alive|transfer-encoding|content-length)$/;
/** What a request with one of these is about cannot be told over HTTP/2, or is told in another way. */
const untold = /^(?:upgrade|expect|te|trailer|http2-settings|proxy-connection)$/;
const windows = 16384;

/**
 * Sends the requests of the steps over HTTP/2, one after the other. Null where they are not all well-formed HTTP/1.1: such
 * cases are about HTTP/1.x itself.
 */
export async function exchangeOverHttp2(options: ExchangeOptions): Promise<ExchangeResult | null> {
  const steps = options.steps.map((step) => (typeof step === 'string' ? step : null));
  if (steps.includes(null)) return null;
  const told = tellAll(steps.join(''));
  if (told === null || told.length > (options.wanted ?? 1) || options.partial) return null;
  const client = await connect(options).catch(() => null);
  // a connection that is refused has no answers
  if (client === null) return { responses: [], closed: true };
  const responses: RawResponse[] = [];
  for (const [i, { fields, body, method }] of told.entries()) {
    const id = 2 * i + 1;
    client.request(id, fields, body, windows);
    const answer = await client.whole(id, options.timeoutMs ?? 10_000);
    for (const fields of answer.interims) responses.push(asResponse({ ...answer, fields }, method, true));
    responses.push(asResponse(answer, method, false));
  }
  client.close();
  return { responses, closed: options.expectClose ?? false };
}

async function connect({ port, host = '127.0.0.1', tls }: ExchangeOptions): Promise<Http2Client> {
  const carrier = createConnection({ port, host });
  if (tls === undefined) {
    await once(carrier, 'connect');
    return Http2Client.over(carrier);
  }
  const socket = connectTls({ rejectUnauthorized: false, ALPNProtocols: ['h2'], ...tls, socket: carrier });
  await once(socket, 'secureConnect');
  return Http2Client.over(socket);
}

function asResponse({ fields, body, ended }: Answer, method: string, interim: boolean): RawResponse {
  const headers: Record<string, string | string[]> = {};
  for (const [name, values] of fields) {
    if (name !== ':status') headers[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  const status = Number(fields.get(':status')?.at(-1) ?? 0);
  const truncated = !ended && method !== 'HEAD';
  return { version: '1.1', status, headers, body, interim, truncated: truncated && !interim };
}

function tellAll(text: string): Told[] | null {
  const all: Told[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return null;
    const one = tell(text.slice(at, end).split('\r\n'), text.slice(end + 4));
    if (one === null) return null;
    all.push(one.told);
    at = end + 4 + one.used;
  }
  return all.length === 0 ? null : all;
}

function tell([line = '', ...lines]: string[], rest: string): { told: Told; used: number } | null {
  const match = /^([A-Z]+) (\/[\x21-\x7e\x80-\xfe]*) HTTP\/1\.1$/.exec(line);
  if (match === null || match[1] === 'CONNECT') return null;
  const [, method = '', path = ''] = match;
  const sent = lines.map((one) =>
    /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(one),
  );
  if (sent.some((one) => one === null || untold.test(one[1]?.toLowerCase() ?? ''))) return null;
  const fields = sent.map((one) => [one?.[1]?.toLowerCase() ?? '', one?.[2] ?? ''] as const);
  const values = (wanted: string) => fields.filter(([name]) => name === wanted).map(([, value]) => value);
  const hosts = values('host');
  const body = bodyOf(values('content-length'), values('transfer-encoding'), rest, method);
  if (hosts.length !== 1 || hosts[0] === '' || body === null) return null;
  const kept = fields.filter(([name]) => name !== 'host' && !dropped.test(name));
  const length = values('content-length').map((value) => ['content-length', value] as const);
  const pseudo = [
    [':method', method],
    [':scheme', 'http'],
    [':authority', hosts[0] ?? ''],
    [':path', path],
  ] as const;
  return { told: { method, fields: [...pseudo, ...kept, ...length], body: body.content }, used: body.used };
}

function bodyOf(
  lengths: string[],
  codings: string[],
  rest: string,
  method: string,
): { content: Buffer; used: number } | null {
  if (lengths.length + codings.length > 1) return null;
  if (codings.length === 1) return codings[0] === 'chunked' ? chunkedBody(rest) : null;
  if (lengths.length === 0) return method === 'POST' ? null : { content: Buffer.alloc(0), used: 0 };
  const length = /^\d{1,9}$/.test(lengths[0] ?? '') ? Number(lengths[0]) : -1;
  if (length < 0 || rest.length < length) return null;
  return { content: Buffer.from(rest.slice(0, length), 'latin1'), used: length };
}

function chunkedBody(rest: string): { content: Buffer; used: number } | null {
  let content = '';
  for (let at = 0; ; ) {
    const match = /^([0-9a-fA-F]{1,6})\r\n/.exec(rest.slice(at, at + 10));
    if (match === null) return null;
    const size = Number.parseInt(match[1] ?? '', 16);
    at += match[0].length;
    if (rest.slice(at + size, at + size + 2) !== '\r\n') return null;
    content += rest.slice(at, at + size);
    at += size + 2;
    if (size === 0) return { content: Buffer.from(content, 'latin1'), used: at };
  }
}
