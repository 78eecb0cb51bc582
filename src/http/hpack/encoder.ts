import { writeLatin1 } from '../../base/latin1.js';
import { encodeHuffman, huffmanLength } from './huffman.js';
import { staticNameIndex, staticStatusIndex } from './static-table.js';

/**
 * Writes fields of a header block without a dynamic table: what one answer says can be sent again as it is, on any
 * connection. Each function gives the place behind what it wrote; the buffer has `fieldSizeMax` bytes of room for it.
 */

/** Bytes that a field may take at most. */
export function fieldSizeMax(name: string, value: string): number {
  // two lengths and an index, of at most four bytes each
  return name.length + value.length + 12;
}

/** `:status` and its value (100 to 599). */
export function encodeStatus(status: number, into: Buffer, at: number): number {
  const text = String(status);
  const index = staticStatusIndex.get(text);
  if (index === undefined) return encodeField(':status', text, into, at);
  into[at] = 0x80 | index;
  return at + 1;
}

/** A field with its name in lower case. */
export function encodeField(name: string, value: string, into: Buffer, at: number): number {
  return encodeString(value, into, encodeName(name, into, at));
}

/** A field whose value stays plain text, so that it can be written anew in its place. */
export function encodePlainField(name: string, value: string, into: Buffer, at: number): number {
  return encodePlain(value, into, encodeName(name, into, at));
}

/** The first block after the client has asked for a smaller table begins with this: there is none. */
export const noDynamicTable = 0x20;

function encodeName(name: string, into: Buffer, at: number): number {
  const index = staticNameIndex.get(name);
  if (index !== undefined) return encodeInteger(index, 4, 0, into, at);
  into[at] = 0;
  return encodeString(name, into, at + 1);
}

function encodeString(text: string, into: Buffer, at: number): number {
  const length = huffmanLength(text);
  if (length >= text.length) return encodePlain(text, into, at);
  return encodeHuffman(text, into, encodeInteger(length, 7, 0x80, into, at));
}

function encodePlain(text: string, into: Buffer, at: number): number {
  const textAt = encodeInteger(text.length, 7, 0, into, at);
  return textAt + writeLatin1(into, text, textAt);
}

/** An integer with a prefix, below the bits of `flags` (RFC 7541, 5.1). */
function encodeInteger(value: number, prefixBits: number, flags: number, into: Buffer, at: number): number {
  const prefixMax = (1 << prefixBits) - 1;
  if (value < prefixMax) {
    into[at] = flags | value;
    return at + 1;
  }
  into[at++] = flags | prefixMax;
  let rest = value - prefixMax;
  for (; rest >= 128; rest >>>= 7) into[at++] = (rest & 127) | 128;
  into[at++] = rest;
  return at;
}
