import { latin1Text } from '../../base/latin1.js';
import { decodeHuffman } from './huffman.js';
import { staticNames, staticValues } from './static-table.js';

/** What an entry costs beside its text (RFC 7541, 4.1). */
const entryOverhead = 32;
const staticCount = staticNames.length - 1;
/** Integers beyond this are not read on: no index and no length comes near it. */
const integerMax = 0xfffffff;

/** The fields of one header block, in order. */
export interface FieldBlock {
  readonly names: string[];
  readonly values: string[];
  count: number;
}

/**
 * Reads the header blocks of one connection, each in its turn (RFC 7541). Names and values are latin1 text. Every block
 * has to go through here, whether its request is wanted or not: each may change the table for those that follow.
 */
export class HpackDecoder implements FieldBlock {
  readonly names: string[] = [];
  readonly values: string[] = [];
  count = 0;
  /** Changes with the dynamic table: a block with the same bytes means the same while this is the same. */
  tableVersion = 0;

  private readonly sizeLimit: number;
  private sizeMax: number;
  private size = 0;
  /** The dynamic table; the newest entry comes last. */
  private readonly tableNames: string[] = [];
  private readonly tableValues: string[] = [];

  private data: Buffer = Buffer.alloc(0);
  private at = 0;
  private end = 0;

  /** `sizeLimit`: bytes that the table may grow to, as SETTINGS_HEADER_TABLE_SIZE tells the client. */
  constructor(sizeLimit = 4096) {
    this.sizeLimit = sizeLimit;
    this.sizeMax = sizeLimit;
  }

  /** Reads the block from `start` to `end` into `names` and `values`. False where it is not one. */
  decode(data: Buffer, start: number, end: number): boolean {
    this.data = data;
    this.at = start;
    this.end = end;
    this.count = 0;
    while (this.at < this.end && (this.data[this.at] & 0xe0) === 0x20)
      if (!this.readSizeUpdate()) return false;
    while (this.at < this.end) if (!this.readField()) return false;
    return true;
  }

  private readField(): boolean {
    const first = this.data[this.at];
    if ((first & 0x80) !== 0) return this.readIndexed();
    if ((first & 0x40) !== 0) return this.readLiteral(6, true);
    // a change of the table's size may only come first
    if ((first & 0x20) !== 0) return false;
    return this.readLiteral(4, false);
  }

  private readIndexed(): boolean {
    const index = this.readInteger(7);
    if (index <= 0) return false;
    if (index <= staticCount) {
      this.add(staticNames[index], staticValues[index]);
      return true;
    }
    const place = this.tableNames.length - (index - staticCount);
    if (place < 0) return false;
    this.add(this.tableNames[place], this.tableValues[place]);
    return true;
  }

  private readLiteral(prefixBits: number, isKept: boolean): boolean {
    const index = this.readInteger(prefixBits);
    if (index < 0) return false;
    const name = index === 0 ? this.readString() : this.nameAt(index);
    if (name === null) return false;
    const value = this.readString();
    if (value === null) return false;
    this.add(name, value);
    if (isKept) this.keep(name, value);
    return true;
  }

  private nameAt(index: number): string | null {
    if (index <= staticCount) return staticNames[index];
    const place = this.tableNames.length - (index - staticCount);
    return place < 0 ? null : this.tableNames[place];
  }

  private add(name: string, value: string): void {
    this.names[this.count] = name;
    this.values[this.count++] = value;
  }

  private keep(name: string, value: string): void {
    const size = name.length + value.length + entryOverhead;
    this.tableVersion++;
    this.shrinkTo(this.sizeMax - size);
    // what is larger than the whole table empties it
    if (size > this.sizeMax) return;
    this.tableNames.push(name);
    this.tableValues.push(value);
    this.size += size;
  }

  private shrinkTo(size: number): void {
    while (this.size > size && this.tableNames.length > 0) {
      const name = this.tableNames.shift()!;
      const value = this.tableValues.shift()!;
      this.size -= name.length + value.length + entryOverhead;
    }
  }

  private readSizeUpdate(): boolean {
    const size = this.readInteger(5);
    if (size < 0 || size > this.sizeLimit) return false;
    this.sizeMax = size;
    this.tableVersion++;
    this.shrinkTo(size);
    return true;
  }

  /** An integer with a prefix (RFC 7541, 5.1); -1 where it is cut off or too large. */
  private readInteger(prefixBits: number): number {
    const prefixMax = (1 << prefixBits) - 1;
    let value = this.data[this.at++] & prefixMax;
    if (value < prefixMax) return value;
    for (let shift = 0; this.at < this.end; shift += 7) {
      const byte = this.data[this.at++];
      value += (byte & 127) * 2 ** shift;
      if (value > integerMax || shift > 28) return -1;
      if (byte < 128) return value;
    }
    return -1;
  }

  private readString(): string | null {
    if (this.at >= this.end) return null;
    const isHuffman = (this.data[this.at] & 0x80) !== 0;
    const length = this.readInteger(7);
    if (length < 0 || length > this.end - this.at) return null;
    const start = this.at;
    this.at += length;
    return isHuffman ? decodeHuffman(this.data, start, this.at) : latin1Text(this.data, start, this.at);
  }
}
