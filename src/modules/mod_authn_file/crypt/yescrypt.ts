import { createHmac, hash, pbkdf2Sync } from 'node:crypto';
import { crypt64Value, decodeCrypt64, encodeCrypt64 } from './crypt64.js';
import { Boxes, Smix } from './yescrypt-smix.js';

/** The flavour that all password tools write (RW, six rounds, 12 KiB of substitution boxes). */
const defaultFlavour = 47;
/** Bounds against a mistyped line that would take all memory: 1 GiB. */
const memoryMax = 2 ** 30;

interface Parameters {
  /** Blocks of memory, as a power of two. */
  readonly N: number;
  /** Size of a block in units of 128 bytes. */
  readonly r: number;
  readonly p: number;
  readonly t: number;
}

/** yescrypt (Alexander Peslyak): `$y$PARAMETERS$SALT$HASH`. Null where the setting is wrong or uses rare features. */
export function yescrypt(password: Buffer, setting: string): string | null {
  const [, parametersText, saltText] = /^\$y\$([^$]*)\$([^$]*)/.exec(setting) ?? [];
  if (parametersText === undefined) return null;
  const parameters = readParameters(parametersText);
  const salt = decodeCrypt64(saltText);
  if (parameters === null || salt === null || salt.length > 64) return null;
  const key = deriveKey(password, salt, parameters);
  return `$y$${parametersText}$${saltText}$${encodeCrypt64(key)}`;
}

function readParameters(text: string): Parameters | null {
  const reader = new NumberReader(text);
  const flavour = reader.next(0);
  const log2N = reader.next(1);
  const r = reader.next(1);
  const have = reader.atEnd ? 0 : reader.next(1);
  const p = have & 1 ? reader.next(2) : 1;
  const t = have & 2 ? reader.next(1) : 0;
  // upgraded hashes (4) and a ROM (8) are known to no tool that writes user files
  if (reader.failed || !reader.atEnd || flavour !== defaultFlavour || have > 3) return null;
  if (log2N > 30 || 2 ** log2N * r * 128 > memoryMax || p * r * 128 > memoryMax || 2 ** log2N / p < 2)
    return null;
  return { N: 2 ** log2N, r, p, t };
}

/** Numbers of varying length: the first digit says how many more follow. */
class NumberReader {
  failed = false;
  private position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  next(min: number): number {
    const first = this.digit();
    let start = 0;
    let end = 47;
    let more = 0;
    let value = min;
    while (first > end) {
      value += (end + 1 - start) * 64 ** more;
      start = end + 1;
      end = start + Math.trunc((62 - end) / 2);
      more++;
    }
    value += (first - start) * 64 ** more;
    while (more-- > 0) value += this.digit() * 64 ** more;
    return value;
  }

  private digit(): number {
    const value = crypt64Value(this.text.charAt(this.position++));
    if (value < 0) this.failed = true;
    return Math.max(value, 0);
  }
}

function deriveKey(password: Buffer, salt: Buffer, parameters: Parameters): Buffer {
  const { N, p, r } = parameters;
  const isLarge = N / p >= 0x100 && (N / p) * r >= 0x20000;
  const secret = isLarge ? runBody(password, salt, { N: N / 64, r, p, t: 0 }, true) : password;
  return runBody(secret, salt, parameters, false);
}

function runBody(password: Buffer, salt: Buffer, { N, r, p, t }: Parameters, isPrehash: boolean): Buffer {
  const label = isPrehash ? 'yescrypt-prehash' : 'yescrypt';
  const keyed = createHmac('sha256', label).update(password).digest();
  const blocks = pbkdf2Sync(keyed, salt, 1, p * 128 * r, 'sha256');
  const state = mixAll(blocks, N, r, p, t);
  const derived = pbkdf2Sync(state.secret, state.blocks, 1, 32, 'sha256');
  if (isPrehash) return derived;
  return hash('sha256', createHmac('sha256', derived).update('Client Key').digest(), 'buffer');
}

function mixAll(
  blocks: Buffer,
  N: number,
  r: number,
  p: number,
  t: number,
): { blocks: Buffer; secret: Buffer } {
  const words = new Int32Array(blocks.length / 4);
  for (let i = 0; i < words.length; i++) words[i] = blocks.readInt32LE(4 * i);
  const even = (value: number): number => value - (value % 2);
  const loops = t === 0 ? Math.ceil(N / p / 3) : t === 1 ? Math.ceil((2 * Math.trunc(N / p)) / 3) : 0;
  const loopsAll = t > 1 ? Math.trunc(N / p) * (t - 1) : loops;
  const loopsWriting = even(Math.trunc(loopsAll / p) + 1);
  const chunk = even(Math.trunc(N / p));
  const memory = new Int32Array(N * 32 * r);
  let secret = blocks.subarray(0, 32);

  const lanes = Array.from({ length: p }, (_, lane) => {
    const block = words.subarray(lane * 32 * r, (lane + 1) * 32 * r);
    const boxes = new Boxes(r);
    new Smix(1, null).fill(block.subarray(0, 32), boxes.words, boxes.words.length / 32, false);
    if (lane === 0)
      secret = createHmac('sha256', littleEndian(block.subarray(-16)))
        .update(secret)
        .digest();
    const mixer = new Smix(r, boxes);
    const size = lane < p - 1 ? chunk : N - lane * chunk;
    const part = memory.subarray(lane * chunk * 32 * r, (lane * chunk + size) * 32 * r);
    mixer.fill(block, part, size, true);
    mixer.visit(block, part, 2 ** Math.trunc(Math.log2(size)), loopsWriting, true);
    return { block, mixer };
  });
  for (const { block, mixer } of lanes)
    mixer.visit(block, memory, N, even(loopsAll + 1) - loopsWriting, false);
  return { blocks: littleEndian(words), secret };
}

function littleEndian(words: Int32Array): Buffer {
  const out = Buffer.alloc(words.length * 4);
  for (let i = 0; i < words.length; i++) out.writeInt32LE(words[i], 4 * i);
  return out;
}
