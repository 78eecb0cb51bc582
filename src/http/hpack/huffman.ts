import { latin1Text } from '../../base/latin1.js';

/** Bits of the code for each byte, and for the end of the string (RFC 7541, appendix B). */
const codeLengths =
  `13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28
  6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10
  13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6
  15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28
  20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 23 23 21 22 23 22 23 23 24
  22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23
  26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27
  20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26
  30`
    .split(/\s+/)
    .map(Number);

const endOfString = 256;
/** States and results of `steps`. */
const failed = -1;

/** Codes of one length follow each other in the order of their symbols, shorter lengths first. */
function makeCodes(): Uint32Array {
  const codes = new Uint32Array(codeLengths.length);
  const symbols = codeLengths.map((_, symbol) => symbol);
  symbols.sort((one, other) => codeLengths[one] - codeLengths[other] || one - other);
  let code = 0;
  let length = codeLengths[symbols[0]];
  for (const symbol of symbols) {
    code <<= codeLengths[symbol] - length;
    length = codeLengths[symbol];
    codes[symbol] = code++;
  }
  return codes;
}

const codes = makeCodes();

/** The tree of the code: for each inner node the node or symbol (as `-2 - symbol`) that a bit leads to. */
function makeTree(): [number, number][] {
  const nodes: [number, number][] = [[failed, failed]];
  codeLengths.forEach((length, symbol) => {
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const side = (codes[symbol] >>> bit) & 1;
      if (nodes[node][side] === failed) nodes[node][side] = nodes.push([failed, failed]) - 1;
      node = nodes[node][side];
    }
    nodes[node][codes[symbol] & 1] = -2 - symbol;
  });
  return nodes;
}

/**
 * What four bits lead to, from each inner node: the next node, and the byte that ended on the way (at most one, for no
 * code is shorter than five bits). Node -1: not a string.
 */
function makeSteps(tree: [number, number][]): { next: Int16Array; byte: Int16Array } {
  const next = new Int16Array(tree.length * 16).fill(failed);
  const byte = new Int16Array(tree.length * 16).fill(failed);
  for (let from = 0; from < tree.length; from++) {
    for (let bits = 0; bits < 16; bits++) {
      let node = from;
      for (let bit = 3; bit >= 0 && node !== failed; bit--) {
        node = tree[node][(bits >>> bit) & 1];
        if (node >= failed) continue;
        const symbol = -2 - node;
        if (symbol !== endOfString) byte[from * 16 + bits] = symbol;
        node = symbol === endOfString ? failed : 0;
      }
      next[from * 16 + bits] = node;
    }
  }
  return { next, byte };
}

const tree = makeTree();
const steps = makeSteps(tree);

/** A string may end at a node that only ones lead to, and at most seven of them. */
const mayEnd = new Uint8Array(tree.length);
for (let node = 0, ones = 0; ones < 8; node = tree[node][1], ones++) mayEnd[node] = 1;

/** Decodes the bytes from `start` to `end` (RFC 7541, 5.2) to latin1 text; null where they are no such string. */
export function decodeHuffman(data: Uint8Array, start: number, end: number): string | null {
  // the shortest code has five bits
  const decoded = Buffer.allocUnsafe(Math.ceil(((end - start) * 8) / 5));
  const { next, byte } = steps;
  let node = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const high = node * 16 + (data[at] >>> 4);
    node = next[high];
    if (node === failed) return null;
    if (byte[high] !== failed) decoded[length++] = byte[high];
    const low = node * 16 + (data[at] & 15);
    node = next[low];
    if (node === failed) return null;
    if (byte[low] !== failed) decoded[length++] = byte[low];
  }
  return mayEnd[node] === 1 ? latin1Text(decoded, 0, length) : null;
}

/** Bytes that latin1 text takes once it is encoded. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += codeLengths[text.charCodeAt(i)];
  return (bits + 7) >>> 3;
}

/** Encodes latin1 text into the buffer at `at`; gives the place behind it. */
export function encodeHuffman(text: string, into: Uint8Array, at: number): number {
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i);
    let left = codeLengths[symbol];
    // a code goes in pieces that leave the number within 32 bits
    while (left > 0) {
      const take = Math.min(left, 24 - bits);
      left -= take;
      pending = (pending << take) | ((codes[symbol] >>> left) & ((1 << take) - 1));
      bits += take;
      for (; bits >= 8; bits -= 8) into[at++] = (pending >>> (bits - 8)) & 255;
      pending &= (1 << bits) - 1;
    }
  }
  // the rest is filled with the beginning of the end-of-string code
  if (bits > 0) into[at++] = ((pending << (8 - bits)) | (255 >>> bits)) & 255;
  return at;
}
