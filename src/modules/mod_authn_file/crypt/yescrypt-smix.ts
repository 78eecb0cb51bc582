import { blockAt, boxBytes, createMixBlock, type MixBlock } from './yescrypt-wasm.js';

/** The substitution boxes of yescrypt, and the block that is mixed by them. */
export class Boxes {
  readonly words: Int32Array;
  readonly block: Int32Array;
  private readonly mixBlock: MixBlock;
  private readonly order = [2 * boxBytes, boxBytes, 0];
  private written = 0;

  constructor(r: number) {
    const { memory, mixBlock } = createMixBlock(128 * r);
    this.mixBlock = mixBlock;
    this.words = new Int32Array(memory, 0, (3 * boxBytes) / 4);
    this.block = new Int32Array(memory, blockAt, 32 * r);
  }

  mix(): void {
    const { order, block } = this;
    const end = blockAt + block.byteLength;
    this.mixBlock(end - 64, end, order[0], order[1], order[2], this.written);
    const parts = block.byteLength / 64;
    for (let i = 0; i < parts % 3; i++) order.unshift(order.pop()!);
    this.written = (this.written + 256 * parts) % boxBytes;
  }
}

/** The memory-hard part of yescrypt and scrypt, in little-endian 32-bit words. */
export class Smix {
  private readonly r: number;
  private readonly boxes: Boxes | null;
  private readonly scratchBlock: Int32Array;
  private readonly scratch: Int32Array;
  private readonly salsaState = new Int32Array(16);

  /** `r`: block size in 128 bytes. Without boxes, blocks are mixed by Salsa20/8 as in scrypt. */
  constructor(r: number, boxes: Boxes | null) {
    this.r = r;
    this.boxes = boxes;
    this.scratchBlock = new Int32Array(boxes === null ? 32 * r : 0);
    this.scratch = new Int32Array(this.scratchBlock.length);
  }

  /** SMix1: fills `count` blocks of memory from `block`, which it changes. `rereads` mixes earlier blocks in. */
  fill(block: Int32Array, memory: Int32Array, count: number, rereads: boolean): void {
    const words = 32 * this.r;
    const x = shuffled(block, this.boxes?.block ?? this.scratchBlock);
    for (let i = 0; i < count; i++) {
      memory.set(x, i * words);
      if (rereads && i > 1) {
        const power = 2 ** (31 - Math.clz32(i));
        const from = ((x[words - 16] & (power - 1)) + (i - power)) * words;
        for (let k = 0; k < words; k++) x[k] ^= memory[from + k];
      }
      this.mix(x);
    }
    unshuffle(x, block);
  }

  /** SMix2: visits blocks in an order that depends on the data; `writes` puts the result back each time. */
  visit(block: Int32Array, memory: Int32Array, count: number, loops: number, writes: boolean): void {
    const words = 32 * this.r;
    const x = shuffled(block, this.boxes?.block ?? this.scratchBlock);
    for (let i = 0; i < loops; i++) {
      const from = (x[words - 16] & (count - 1)) * words;
      for (let k = 0; k < words; k++) x[k] ^= memory[from + k];
      if (writes) memory.set(x, from);
      this.mix(x);
    }
    unshuffle(x, block);
  }

  private mix(x: Int32Array): void {
    if (this.boxes === null) this.mixSalsa(x);
    else this.mixParallel(x, this.boxes);
  }

  /** scrypt's BlockMix: even results first, then odd ones. */
  private mixSalsa(x: Int32Array): void {
    const { r, scratch } = this;
    const last = x.slice(-16);
    for (let i = 0; i < 2 * r; i++) {
      for (let k = 0; k < 16; k++) last[k] ^= x[16 * i + k];
      this.salsa(last, 0, 8);
      scratch.set(last, 16 * ((i >> 1) + (i & 1 ? r : 0)));
    }
    x.set(scratch);
  }

  private mixParallel(x: Int32Array, boxes: Boxes): void {
    boxes.mix();
    this.salsa(x, x.length - 16, 2);
  }

  /** Salsa20 with the given number of rounds, on words in the shuffled order. */
  private salsa(x: Int32Array, at: number, rounds: number): void {
    const s = this.salsaState;
    for (let i = 0; i < 16; i++) s[(i * 5) & 15] = x[at + i];
    for (let i = 0; i < rounds; i += 2) {
      for (let k = 0; k < 4; k++) quarter(s, 5 * k, (5 * k + 4) & 15, (5 * k + 8) & 15, (5 * k + 12) & 15);
      for (let k = 0; k < 4; k++) {
        const row = 4 * k;
        quarter(s, row + k, row + ((k + 1) & 3), row + ((k + 2) & 3), row + ((k + 3) & 3));
      }
    }
    for (let i = 0; i < 16; i++) x[at + i] += s[(i * 5) & 15];
  }
}

function quarter(s: Int32Array, a: number, b: number, c: number, d: number): void {
  s[b] ^= rotated(s[a] + s[d], 7);
  s[c] ^= rotated(s[b] + s[a], 9);
  s[d] ^= rotated(s[c] + s[b], 13);
  s[a] ^= rotated(s[d] + s[c], 18);
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Each 64 bytes change order so that vector units can work on them (word i comes from 5i). */
function shuffled(block: Int32Array, out: Int32Array): Int32Array {
  for (let at = 0; at < block.length; at += 16)
    for (let i = 0; i < 16; i++) out[at + i] = block[at + ((i * 5) & 15)];
  return out;
}

function unshuffle(x: Int32Array, block: Int32Array): void {
  for (let at = 0; at < x.length; at += 16)
    for (let i = 0; i < 16; i++) block[at + ((i * 5) & 15)] = x[at + i];
}
