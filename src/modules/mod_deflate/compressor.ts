import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { TaskThread } from '../../base/task-thread.js';
import type { Encoding } from './negotiation.js';
import type { ZstdTask } from './zstd-thread.js';

/** What `deflate.params` sets, by its name in lower case. */
export type EncoderParams = ReadonlyMap<string, number>;

/** How hard to compress. */
export interface Effort {
  /** `deflate.compression-level`; -1: what each coding prefers. Does not count where there are parameters. */
  readonly level: number;
  readonly params: EncoderParams;
}

/** What zlib has in newer versions of Node. */
interface ZstdFunctions {
  zstdCompress(data: Buffer, options: object, done: (error: Error | null, result: Buffer) => void): void;
  createZstdCompress(options: object): Transform;
}

const zstd = zlib as unknown as Partial<ZstdFunctions>;
const isZstdBuiltIn = zstd.zstdCompress !== undefined && zstd.createZstdCompress !== undefined;

const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);
const deflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.deflate);
const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);

/** Compresses outside of the thread that serves requests. */
export class Compressor {
  private readonly zstdThread = new TaskThread<ZstdTask, Uint8Array>(
    new URL('./zstd-thread.js', import.meta.url),
  );

  /** `contentType` helps brotli to choose its mode. */
  async compress(data: Buffer, encoding: Encoding, effort: Effort, contentType: string): Promise<Buffer> {
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return gzip(data, zlibOptions(effort));
      case 'deflate':
        return deflate(data, zlibOptions(effort));
      case 'br':
        return brotli(data, brotliOptions(effort, contentType, data.length));
      case 'zstd': {
        const { zstdCompress } = zstd;
        if (zstdCompress !== undefined)
          return promisify<Buffer, object, Buffer>(zstdCompress)(data, zstdOptions(effort));
        const result = await this.zstdThread.run({ data, level: zstdLevel(effort) });
        return Buffer.from(result.buffer, result.byteOffset, result.byteLength);
      }
    }
  }

  stop(): Promise<void> {
    return this.zstdThread.stop();
  }
}

/** For bodies that are not held in memory at once; zstd needs a Node that has it. */
export function compressingStream(
  encoding: Encoding,
  effort: Effort,
  contentType: string,
  length: number,
): Transform {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGzip(zlibOptions(effort));
    case 'deflate':
      return zlib.createDeflate(zlibOptions(effort));
    case 'br':
      return zlib.createBrotliCompress(brotliOptions(effort, contentType, length));
    case 'zstd':
      return zstd.createZstdCompress!(zstdOptions(effort));
  }
}

/** Can any length be compressed with it? The replacement for a missing zstd works on whole bodies. */
export function canStream(encoding: Encoding): boolean {
  return encoding !== 'zstd' || isZstdBuiltIn;
}

function zlibOptions({ level, params }: Effort): zlib.ZlibOptions {
  if (params.size === 0) return { level };
  return {
    level: params.get('gzip.level') ?? -1,
    windowBits: params.get('gzip.windowbits') ?? 15,
    memLevel: params.get('gzip.memlevel') ?? 8,
    strategy: params.get('gzip.strategy') ?? 0,
  };
}

/** Brotli's own default, 11, takes a hundred times as long as gzip. */
const brotliQualityDefault = 5;
const textTypes = /^text\/|^application\/(?:javascript|json|xml)|\+(?:json|xml)$/;

function brotliOptions({ level, params }: Effort, contentType: string, length: number): zlib.BrotliOptions {
  const c = zlib.constants;
  const byType = textTypes.test(contentType)
    ? c.BROTLI_MODE_TEXT
    : contentType.startsWith('font/')
      ? c.BROTLI_MODE_FONT
      : c.BROTLI_MODE_GENERIC;
  const quality = params.size > 0 ? params.get('brotli_param_quality') : level >= 0 ? level : undefined;
  return {
    params: {
      [c.BROTLI_PARAM_QUALITY]: quality ?? brotliQualityDefault,
      [c.BROTLI_PARAM_LGWIN]: params.get('brotli_param_lgwin') ?? c.BROTLI_DEFAULT_WINDOW,
      [c.BROTLI_PARAM_MODE]: params.get('brotli_param_mode') || byType,
      [c.BROTLI_PARAM_SIZE_HINT]: length,
    },
  };
}

const zstdLevelDefault = 3;
/** RFC 9659: clients need not take windows above 8 MB. */
const zstdWindowLogMax = 23;
/** Numbers of zstd's own interface (ZSTD_cParameter). */
const zstdParameter = { level: 100, windowLog: 101, strategy: 107 };

function zstdLevel({ params }: Effort): number {
  return params.get('zstd_c_compressionlevel') || zstdLevelDefault;
}

function zstdOptions(effort: Effort): { params: Record<number, number> } {
  const { level, params } = effort;
  // lighttpd takes deflate.compression-level for the strategy
  const strategy = params.size > 0 ? params.get('zstd_c_strategy') : level >= 0 ? level : undefined;
  const windowLog = params.get('zstd_c_windowlog');
  return {
    params: {
      [zstdParameter.level]: zstdLevel(effort),
      ...(strategy === undefined ? {} : { [zstdParameter.strategy]: strategy }),
      ...(windowLog === undefined
        ? {}
        : { [zstdParameter.windowLog]: Math.min(windowLog, zstdWindowLogMax) }),
    },
  };
}
