import type { StatEntry } from './stat-cache.js';

/** Which facts of a file its ETag is made of. */
export interface EtagFacts {
  readonly inode: boolean;
  readonly size: boolean;
  readonly mtime: boolean;
}

/**
 * The ETag of a file, quoted, or empty where no fact is used. The same number as lighttpd makes (http_etag_create),
 * so that caches keep what they have when the server is exchanged.
 */
export function fileEtag(entry: Pick<StatEntry, 'inode' | 'size' | 'mtimeNs'>, facts: EtagFacts): string {
  const numbers: bigint[] = [];
  if (facts.inode) numbers.push(entry.inode);
  if (facts.size) numbers.push(BigInt(entry.size));
  if (facts.mtime) numbers.push(entry.mtimeNs / 1_000_000_000n, entry.mtimeNs % 1_000_000_000n);
  return numbers.length === 0 ? '' : `"${hashNumbers(numbers)}"`;
}

/** Knuth's rotating hash over the numbers as 64-bit little-endian words. */
function hashNumbers(numbers: readonly bigint[]): number {
  const bytes = Buffer.alloc(numbers.length * 8);
  for (const [i, number] of numbers.entries()) bytes.writeBigUInt64LE(BigInt.asUintN(64, number), i * 8);
  let hash = bytes.length;
  for (const byte of bytes) hash = (hash << 5) ^ (hash >>> 27) ^ byte;
  return hash >>> 0;
}
