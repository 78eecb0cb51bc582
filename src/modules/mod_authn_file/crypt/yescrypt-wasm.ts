/** One substitution box: 256 rows of two 64-bit numbers. There are three of them, at the start of the memory. */
export const boxBytes = 256 * 16;
/** Where the block begins that is mixed. */
export const blockAt = 3 * boxBytes;

/**
 * yescrypt multiplies 64-bit numbers twenty million times for one password. JavaScript has none that are fast, so this
 * function is put together as WebAssembly: it takes a tenth of the time.
 *
 * It mixes the block in `memory`: to each 64 bytes the 64 bytes before are added, then pwxform is done: six rounds over
 * four groups of two numbers with multiplications and look-ups in two boxes; what comes of it goes into the third box,
 * and the boxes change places. The arguments: where the last 64 bytes, and the end of the block are, where the
 * three boxes begin, and how far the third has been written.
 */
export type MixBlock = (
  last: number,
  end: number,
  box0: number,
  box1: number,
  box2: number,
  written: number,
) => void;

interface Memory {
  readonly buffer: ArrayBuffer;
}

/** What is used of it; the types of Node.js have none of it. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => Memory;
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: { m: { m: Memory } }) => { exports: { mix: MixBlock } };
};

export function createMixBlock(blockBytes: number): { memory: ArrayBuffer; mixBlock: MixBlock } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((blockAt + blockBytes) / 65536) });
  const { exports } = new WebAssembly.Instance(compiled, { m: { m: memory } });
  return { memory: memory.buffer, mixBlock: exports.mix };
}

type Code = readonly number[];

const i32 = 0x7f;
const i64 = 0x7e;
// the parameters, then the locals
const last = 0;
const end = 1;
const box0 = 2;
const box1 = 3;
const box2 = 4;
const written = 5;
const at = 6;
const row0 = 7;
const row1 = 8;
const lanes = 9;

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const constant = (value: number): Code => [0x41, ...signed(value)];
const constant64 = (value: number): Code => [0x42, ...signed(value)];
const load64 = (address: Code, offset: number): Code => [...address, 0x29, 3, ...unsigned(offset)];
const store64 = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  0x37,
  3,
  ...unsigned(offset),
];
const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
const and = (a: Code, b: Code): Code => [...a, ...b, 0x71];
const lessThan = (a: Code, b: Code): Code => [...a, ...b, 0x49];
const wrap = (a: Code): Code => [...a, 0xa7];
const add64 = (a: Code, b: Code): Code => [...a, ...b, 0x7c];
const multiply64 = (a: Code, b: Code): Code => [...a, ...b, 0x7e];
const and64 = (a: Code, b: Code): Code => [...a, ...b, 0x83];
const xor64 = (a: Code, b: Code): Code => [...a, ...b, 0x85];
const high = (a: Code): Code => [...a, ...constant64(32), 0x88];
const low = (a: Code): Code => and64(a, constant64(2 ** 32 - 1));
const repeatWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

function body(): Code {
  const code: number[] = [...constant(blockAt), ...set(at)];
  for (let lane = 0; lane < 8; lane++) code.push(...load64(get(last), 8 * lane), ...set(lanes + lane));
  code.push(...repeatWhile(mixPart(), lessThan(get(at), get(end))));
  return code;
}

/** The 64 bytes at `at`. */
function mixPart(): Code {
  const code: number[] = [];
  for (let lane = 0; lane < 8; lane++)
    code.push(...xor64(get(lanes + lane), load64(get(at), 8 * lane)), ...set(lanes + lane));
  for (let round = 0; round < 6; round++)
    for (let group = 0; group < 4; group++) code.push(...mixGroup(round, group));
  for (let lane = 0; lane < 8; lane++) code.push(...store64(get(at), 8 * lane, get(lanes + lane)));
  code.push(...add(get(at), constant(64)), ...set(at));
  code.push(...and(add(get(written), constant(256)), constant(boxBytes - 1)), ...set(written));
  code.push(...get(box2), ...get(box1), ...set(box2), ...get(box0), ...set(box1), ...set(box0));
  return code;
}

function mixGroup(round: number, group: number): Code {
  const first = lanes + 2 * group;
  const rowOf = (number: Code): Code => and(wrap(number), constant(0xff0));
  const code: number[] = [
    ...add(get(box0), rowOf(get(first))),
    ...set(row0),
    ...add(get(box1), rowOf(high(get(first)))),
    ...set(row1),
  ];
  for (const half of [0, 1]) {
    const lane = first + half;
    const product = multiply64(high(get(lane)), low(get(lane)));
    const sum = add64(product, load64(get(row0), 8 * half));
    code.push(...xor64(sum, load64(get(row1), 8 * half)), ...set(lane));
    if (round > 0 && round < 5)
      code.push(...store64(add(get(box2), get(written)), 64 * (round - 1) + 8 * (lane - lanes), get(lane)));
  }
  return code;
}

function assemble(): Uint8Array {
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const text = (name: string): Code => [name.length, ...Buffer.from(name)];
  const locals = [2, 3, i32, 8, i64];
  const code = [...locals, ...body(), 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 6, i32, i32, i32, i32, i32, i32, 0]),
    ...section(2, [1, ...text('m'), ...text('m'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('mix'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 of a number that is not negative: its last byte must not look like one that is. */
function signed(value: number): Code {
  return value < 0x40 ? [value] : [(value % 0x80) | 0x80, ...signed(Math.trunc(value / 0x80))];
}

const compiled = new WebAssembly.Module(assemble());
