/**
 * mod_deflate: compresses answers for clients that accept it. Runs before the head of an answer is written, on answers
 * that are complete; the work is done outside of the thread that serves requests.
 */
import { loadavg } from 'node:os';
import type { ConfigOf } from '../../config/directive.js';
import { int, list, map, type ReadContext, readNumber, short, string } from '../../config/directive.js';
import type { ArrayValue } from '../../config/tree.js';
import { whyNotCreatable } from '../../files/folders.js';
import { StatEntry } from '../../files/stat-cache.js';
import { etagMatches } from '../../http/etag.js';
import { isGetHeadOrQuery } from '../../http/methods.js';
import { hasToken } from '../../http/tokens.js';
import { type CheckContext, defineModule } from '../../plugin/define-module.js';
import { HandlerResult, type MaybeAsync } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { Compressor, canStream, type EncoderParams } from './compressor.js';
import { chooseEncoding, type Encoding, encodings, encodingsNamed } from './negotiation.js';
import {
  compressIntoCache,
  compressStreaming,
  compressWhole,
  type Job,
  type KeptResults,
  useCached,
  useKept,
  varyByEncoding,
  wholeBodyMax,
} from './response.js';

const paramRanges: Readonly<Record<string, readonly [min: number, max: number]>> = {
  brotli_param_quality: [0, 11],
  brotli_param_lgwin: [10, 24],
  brotli_param_mode: [0, 2],
  zstd_c_compressionlevel: [-131072, 22],
  zstd_c_strategy: [1, 9],
  zstd_c_windowlog: [10, 31],
  'gzip.level': [1, 9],
  'gzip.windowbits': [9, 15],
  'gzip.memlevel': [1, 9],
  'gzip.strategy': [0, 4],
  'bzip2.blocksize100k': [1, 9],
};

/** Content-Types match by their beginning, so a closing star means nothing. */
function readType(text: string): string {
  const type = text.length > 2 && text.endsWith('*') ? text.slice(0, -1) : text;
  return type === 'application/javascript' ? 'text/javascript' : type;
}

/** An empty list allows every coding. */
function readEncodings(array: ArrayValue, context: ReadContext): readonly Encoding[] {
  if (array.elements.length === 0) return encodings;
  return array.elements.flatMap(({ value }) => {
    const name = value.type === 'string' ? value.value : '';
    const named = encodingsNamed(name);
    if (named.length === 0)
      context.warn(`${context.key}: ${name} is not available`, `Use ${encodings.join(', ')}.`, value.origin);
    return named;
  });
}

const levelUnset = -1;

function readLevel(level: number, context: ReadContext): number | undefined {
  if (level === 65535) return levelUnset;
  if (level >= 1 && level <= 9) return level;
  return context.fail(`${context.key} should be a number from 1 to 9`);
}

function readParams(array: ArrayValue, context: ReadContext): EncoderParams {
  const params = new Map<string, number>();
  for (const { key, value } of array.elements) {
    const name = (key ?? '').toLowerCase();
    const range = Object.hasOwn(paramRanges, name) ? paramRanges[name] : undefined;
    const number = readNumber(value);
    if (range === undefined) context.warn(`deflate.params has no parameter ${key}`, undefined, value.origin);
    else if (number === null || number < range[0] || number > range[1])
      context.warn(`${key} should be from ${range[0]} to ${range[1]}`, undefined, value.origin);
    else params.set(name, number);
  }
  return params;
}

const readFolder = (text: string): string => text.replace(/(?<=.)\/$/, '');
const readLoad = (text: string): number => Number.parseFloat(text) || 0;

const directives = {
  'deflate.mimetypes': list({
    scope: 'connection',
    since: '1.4.42',
    default: [],
    entry: readType,
    doc: 'Beginnings of the Content-Types that are compressed. Empty: none.',
    example: 'deflate.mimetypes = ( "text/html", "text/css", "application/json" )',
  }),
  'deflate.allowed-encodings': list<Encoding, readonly Encoding[], readonly Encoding[]>({
    scope: 'connection',
    since: '1.4.42',
    default: encodings,
    build: readEncodings,
    doc: 'The codings that may be used, the preferred one first. Unset: zstd, br, gzip, x-gzip, deflate.',
    example: 'deflate.allowed-encodings = ( "br", "gzip" )',
  }),
  'deflate.max-compress-size': int({
    scope: 'connection',
    since: '1.4.42',
    default: 131072,
    doc: 'How many kilobytes an answer may have to be compressed. 0: any number.',
    example: 'deflate.max-compress-size = 1024',
  }),
  'deflate.min-compress-size': short({
    scope: 'connection',
    since: '1.4.42',
    default: 256,
    doc: 'Only answers of more bytes than this are compressed.',
    example: 'deflate.min-compress-size = 512',
  }),
  'deflate.compression-level': short<number, number>({
    scope: 'connection',
    since: '1.4.42',
    default: levelUnset,
    entry: readLevel,
    doc: 'From 1 (fast) to 9 (small). Unset: what the coding itself prefers.',
    example: 'deflate.compression-level = 6',
  }),
  'deflate.output-buffer-size': short({
    scope: 'connection',
    since: '1.4.42',
    default: 0,
    doc: 'How many bytes of compressed data are gathered before they are sent.',
    example: 'deflate.output-buffer-size = 8192',
    inert: 'Answers are compressed whole, in buffers of the compressor.',
  }),
  'deflate.work-block-size': short({
    scope: 'connection',
    since: '1.4.42',
    default: 2048,
    doc: 'How many kilobytes are compressed at a time.',
    example: 'deflate.work-block-size = 512',
    inert: 'Answers are compressed outside of the thread that serves requests.',
  }),
  'deflate.max-loadavg': string({
    scope: 'connection',
    since: '1.4.43',
    default: 0,
    entry: readLoad,
    doc: 'Nothing is compressed while the load of the system is above this number. Empty: at any load.',
    example: 'deflate.max-loadavg = "3.50"',
  }),
  'deflate.cache-dir': string({
    scope: 'connection',
    since: '1.4.56',
    default: '',
    entry: readFolder,
    doc: 'The folder where compressed files are kept. Empty: they are compressed each time.',
    example: 'deflate.cache-dir = "/var/tmp/lighttpd-deflate"',
  }),
  'deflate.params': map<EncoderParams, EncoderParams>({
    scope: 'connection',
    since: '1.4.60',
    default: new Map(),
    build: readParams,
    doc: 'Parameters of the compressors, by the name that their documentation gives them.',
    example: 'deflate.params = ( "BROTLI_PARAM_QUALITY" => 5, "gzip.level" => 6 )',
  }),
  'compress.filetype': list<string, readonly string[], undefined>({
    scope: 'connection',
    since: '1.4.1',
    aliasOf: 'deflate.mimetypes',
    replacedBy: 'deflate.mimetypes',
    entry: readType,
    doc: 'The old name of deflate.mimetypes.',
    example: 'compress.filetype = ( "text/plain" )',
  }),
  'compress.allowed-encodings': list<Encoding, readonly Encoding[]>({
    scope: 'connection',
    since: '1.4.21',
    aliasOf: 'deflate.allowed-encodings',
    replacedBy: 'deflate.allowed-encodings',
    build: readEncodings,
    doc: 'The old name of deflate.allowed-encodings.',
    example: 'compress.allowed-encodings = ( "gzip" )',
  }),
  'compress.max-filesize': int({
    scope: 'connection',
    since: '1.4.1',
    aliasOf: 'deflate.max-compress-size',
    replacedBy: 'deflate.max-compress-size',
    doc: 'The old name of deflate.max-compress-size.',
    example: 'compress.max-filesize = 1024',
  }),
  'compress.max-loadavg': string({
    scope: 'connection',
    since: '1.4.43',
    aliasOf: 'deflate.max-loadavg',
    replacedBy: 'deflate.max-loadavg',
    entry: readLoad,
    doc: 'The old name of deflate.max-loadavg.',
    example: 'compress.max-loadavg = "3.50"',
  }),
  'compress.cache-dir': string({
    scope: 'connection',
    since: '1.4.1',
    aliasOf: 'deflate.cache-dir',
    replacedBy: 'deflate.cache-dir',
    entry: readFolder,
    doc: 'The old name of deflate.cache-dir.',
    example: 'compress.cache-dir = "/var/tmp/lighttpd-compress"',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  readonly compressor: Compressor;
  readonly kept: KeptResults;
}

export const modDeflate = defineModule({
  name: 'mod_deflate',
  directives,
  isUsed: (config) => (config['deflate.mimetypes']?.length ?? 0) > 0,
  check: checkCacheFolder,
  start: (): State => ({ compressor: new Compressor(), kept: new WeakMap() }),
  hooks: { responseStart: compressAnswer },
  explain: (request, config) => {
    const encoding = mayCompress(request, config) ? encodingFor(request, config) : null;
    return encoding === null ? [] : [{ text: `compresses the answer (${encoding})`, origin: null }];
  },
  stop: ({ compressor }) => compressor.stop(),
});

function checkCacheFolder({ settings, diagnostics, originOf }: CheckContext<Config>): void {
  for (const { block, values } of [{ block: 0, values: settings.base }, ...settings.layers]) {
    const folder = values['deflate.cache-dir'];
    if (!folder) continue;
    const problem = whyNotCreatable(folder);
    if (problem === null) continue;
    const origin = originOf('deflate.cache-dir', block) ?? originOf('compress.cache-dir', block);
    diagnostics.error(
      'invalid-value',
      origin,
      `deflate.cache-dir ${folder}: ${problem}`,
      'Name a folder that can be made.',
    );
  }
}

function compressAnswer(request: RequestState, config: Config, state: State): MaybeAsync<HandlerResult> {
  const { responseHeaders, responseBody } = request;
  if (!mayCompress(request, config)) return HandlerResult.goOn;
  const encoding = encodingFor(request, config);
  const contentType = responseHeaders.get('content-type');
  if (encoding === null) return HandlerResult.goOn;

  const { length } = responseBody;
  const hadVary = varyByEncoding(request);
  const etag = responseHeaders.get('etag') ?? '';
  const ownEtag = etag === '' ? '' : `${etag.slice(0, -1)}-${encoding}"`;
  if (isKnownToClient(request, ownEtag)) return answerKnown(request, ownEtag);
  const loadMax = config['deflate.max-loadavg'];
  if (loadMax > 0 && loadavg()[0] > loadMax) return HandlerResult.goOn;

  if (ownEtag !== '') responseHeaders.set('ETag', ownEtag);
  responseHeaders.set('Content-Encoding', encoding);
  responseHeaders.unset('content-length');
  const isCacheable = !hadVary && ownEtag !== '' && isWholeFile(request) && mayBeKept(request);
  const job: Job = {
    request,
    encoding,
    effort: { level: config['deflate.compression-level'], params: config['deflate.params'] },
    contentType: contentType ?? '',
    length,
    cachePath: isCacheable ? cachePath(request, config['deflate.cache-dir'], ownEtag) : '',
  };
  if (job.cachePath === '' ? useKept(job, state.kept) : useCached(job)) return HandlerResult.goOn;
  return length > wholeBodyMax ? compressLong(job) : compressShort(job, state);
}

/** What can be told without the request's wishes: complete answers of the right size, not compressed yet. */
function mayCompress(request: RequestState, config: Config): boolean {
  const { responseBody, responseHeaders, status, method } = request;
  if (config['deflate.mimetypes'].length === 0 || method === 'HEAD') return false;
  if (!responseBody.finished || responseBody.failed) return false;
  if (status < 200 || status === 204 || status === 205 || status === 304) return false;
  const max = config['deflate.max-compress-size'];
  if (responseBody.length <= config['deflate.min-compress-size']) return false;
  if (max !== 0 && responseBody.length > max * 1024) return false;
  return !responseHeaders.has('transfer-encoding') && !responseHeaders.has('content-encoding');
}

/** What the client takes, for a type that is listed; null: the answer goes out as it is. */
function encodingFor(request: RequestState, config: Config): Encoding | null {
  const { headers, responseBody, responseHeaders } = request;
  if (!isTypeListed(responseHeaders.get('content-type'), config['deflate.mimetypes'])) return null;
  const accepted = headers.get('accept-encoding');
  if (accepted === undefined) return null;
  const allowed = config['deflate.allowed-encodings'];
  const isLong = responseBody.length > wholeBodyMax;
  return chooseEncoding(accepted, isLong ? allowed.filter(canStream) : allowed);
}

function isTypeListed(contentType: string | undefined, types: readonly string[]): boolean {
  return contentType === undefined ? types[0] === '' : types.some((type) => contentType.startsWith(type));
}

/** Does the client have the compressed version already? */
function isKnownToClient({ headers, status }: RequestState, etag: string): boolean {
  const known = headers.get('if-none-match');
  if (known === undefined || etag === '' || status >= 300) return false;
  // a range of a weakly equal answer may not fit the rest
  return etagMatches(known, etag, !headers.has('range'));
}

function answerKnown(request: RequestState, etag: string): HandlerResult {
  const reads = isGetHeadOrQuery(request.method);
  if (reads) request.responseHeaders.set('ETag', etag);
  request.status = reads ? 304 : 412;
  request.responseHeaders.unset('content-length');
  request.responseBody.clear();
  request.responseBody.finish();
  return HandlerResult.goOn;
}

function isWholeFile({ physical, responseBody, server, status }: RequestState): boolean {
  const { parts, length } = responseBody;
  if (status === 206 || parts.length !== 1 || physical.path === '') return false;
  const entry = server.statCache.get(physical.path);
  if (!(entry instanceof StatEntry) || !entry.isFile || entry.size !== length) return false;
  return !Buffer.isBuffer(parts[0]) || parts[0] === entry.content;
}

function mayBeKept({ responseHeaders }: RequestState): boolean {
  const rules = responseHeaders.get('cache-control') ?? '';
  return !hasToken(rules, 'private') && !hasToken(rules, 'no-store');
}

/** One file for each version and coding, which its ETag tells apart. */
function cachePath({ physical }: RequestState, folder: string, etag: string): string {
  return folder === '' ? '' : `${folder}${physical.path}-${etag.slice(1, -1).replaceAll('/', '~')}`;
}

async function compressShort(job: Job, { compressor, kept }: State): Promise<HandlerResult> {
  try {
    await compressWhole(job, compressor, kept);
    return HandlerResult.goOn;
  } catch (error) {
    job.request.conf.errorLog.error('mod_deflate.c', `compress failed: ${(error as Error).message}`);
    return HandlerResult.error;
  }
}

function compressLong(job: Job): MaybeAsync<HandlerResult> {
  if (job.cachePath === '') {
    compressStreaming(job);
    return HandlerResult.goOn;
  }
  return compressIntoCache(job).then((isKept) => {
    if (!isKept) compressStreaming(job);
    return HandlerResult.goOn;
  });
}
