import { readFileSync } from 'node:fs';
import { Reader } from 'maxmind';
import { systemErrorText } from '../base/system-error.js';
import type { IpAddress } from '../http/ip-address.js';

/**
 * What a database says of a network. Its values are text as lighttpd gives it to programs, latin1 with one character
 * a byte: five decimals for fractions, `1` and `0` for yes and no, `0x` and 32 digits for numbers of 128 bits.
 */
export type GeoRecord = string | readonly GeoRecord[] | { readonly [key: string]: GeoRecord };

/** Stands before the description at the end of each file. */
const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

/** A file of facts about networks in the MaxMind DB format 2.0 (GeoLite2, GeoIP2), held in memory. */
export class GeoDatabase {
  /** Such as `GeoLite2-City`. */
  readonly type: string;
  private readonly reader: Reader<never>;

  private constructor(content: Buffer) {
    this.reader = new Reader(content);
    this.type = this.reader.metadata.databaseType;
    decodeAsText(this.reader);
  }

  /** Reads the whole file; gives the reason where that is not possible, or the file is none of this format. */
  static open(path: string): GeoDatabase | string {
    let content: Buffer;
    try {
      content = readFileSync(Buffer.from(path, 'latin1'));
    } catch (error) {
      return systemErrorText(error);
    }
    if (content.lastIndexOf(marker) < 0) return 'it is no GeoIP2 database';
    try {
      const database = new GeoDatabase(content);
      const { binaryFormatMajorVersion, searchTreeSize } = database.reader.metadata;
      if (binaryFormatMajorVersion === 2 && searchTreeSize < content.length) return database;
      return 'it is damaged, or of a later version of the format';
    } catch {
      return 'it is damaged';
    }
  }

  /** Null where nothing is known of the address, or the file is damaged where it should be told. */
  find({ text, bytes }: IpAddress): GeoRecord | null {
    const { ipVersion } = this.reader.metadata;
    if (bytes.length === 0 || (bytes.length === 16 && ipVersion === 4)) return null;
    try {
      return this.reader.get(text);
    } catch {
      return null;
    }
  }
}

/**
 * The text at the end of a path; undefined where there is none. Names lead through maps, numbers through lists, from
 * their end where they are negative.
 */
export function textAt(record: GeoRecord, path: readonly string[]): string | undefined {
  let at: GeoRecord | undefined = record;
  for (const step of path) {
    if (at === undefined || typeof at === 'string') return undefined;
    at = isList(at) ? elementAt(at, step) : Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return typeof at === 'string' ? at : undefined;
}

function isList(record: GeoRecord): record is readonly GeoRecord[] {
  return Array.isArray(record);
}

function elementAt(list: readonly GeoRecord[], step: string): GeoRecord | undefined {
  return /^-?\d+$/.test(step) ? list.at(Number(step)) : undefined;
}

/** The types of the format whose JavaScript values no longer tell which they are. */
const typeCode = { double: 3, uint128: 10, float: 15 } as const;

interface ValueDecoder {
  decodeByType(type: number, offset: number, size: number): { value: unknown; offset: number };
}

/** Once decoded, a fraction of 52.0 would be like an integer of 52: so the decoder itself must make the text. */
function decodeAsText(reader: Reader<never>): void {
  const { decoder } = reader as unknown as { decoder: ValueDecoder };
  const decode = decoder.decodeByType.bind(decoder);
  decoder.decodeByType = (type, offset, size) => {
    const decoded = decode(type, offset, size);
    decoded.value = textOf(type, decoded.value);
    return decoded;
  };
}

function textOf(type: number, value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return Buffer.from(value, 'utf8').toString('latin1');
    case 'boolean':
      return value ? '1' : '0';
    case 'number':
      return type === typeCode.double || type === typeCode.float ? value.toFixed(5) : String(value);
    case 'bigint':
      return type === typeCode.uint128
        ? `0x${value.toString(16).toUpperCase().padStart(32, '0')}`
        : String(value);
    default:
      return Buffer.isBuffer(value) ? value.toString('latin1') : value;
  }
}
