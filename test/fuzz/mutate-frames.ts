import {
  block,
  type Fields,
  frame,
  post,
  preface,
  request,
  settings,
  Type,
  uint32,
} from '../helpers/http2-client.js';
import type { Random } from './random.js';

/** Frames that are bytes already; mutations make another list of them. */
type Mutation = (frames: Buffer[], random: Random) => void;

const fields: Fields = [
  ['x-long', 'x'.repeat(300)],
  ['cookie', 'a=1'],
  ['range', 'bytes=0-3'],
];

/** Connections, right ones, that the mutations start from. */
const seeds: readonly (() => Buffer[])[] = [
  () => [request(1, '/a.txt'), request(3, '/large.bin', fields), request(5, '/missing')],
  () => [post(1, '/b.sh'), frame(Type.DATA, 0, 1, 'some '), frame(Type.DATA, 1, 1, 'text')],
  () => [
    post(1, '/b.sh?stream', [['content-length', '4']]),
    frame(Type.DATA, 8, 1, '\x03text\0\0\0'),
    frame(Type.HEADERS, 5, 1, block([['x-sum', '1']])),
  ],
  () => [
    settings([1, 0], [4, 10], [5, 20000]),
    request(1, '/n.txt'),
    frame(Type.WINDOW_UPDATE, 0, 1, uint32(100)),
    settings([4, 100000]),
    frame(Type.PING, 0, 0, '12345678'),
    frame(Type.RST_STREAM, 0, 1, uint32(8)),
  ],
  () => {
    const whole = block([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/a.txt'],
      [':authority', 'a'],
      ...fields,
    ]);
    return [
      frame(Type.HEADERS, 1, 1, whole.subarray(0, 10)),
      frame(Type.CONTINUATION, 0, 1, whole.subarray(10, 20)),
      frame(Type.CONTINUATION, 4, 1, whole.subarray(20)),
      frame(Type.PRIORITY, 0, 3, Buffer.from([0, 0, 0, 1, 9])),
      frame(16, 0, 0, Buffer.concat([uint32(1), Buffer.from('u=1, i')])),
      frame(Type.GOAWAY, 0, 0, uint32(0, 0)),
    ];
  },
];

/** A connection's bytes, with up to five mutations of its frames. */
export function mutatedFrames(random: Random): Buffer {
  const frames = [settings(), ...random.oneOf(seeds)()];
  for (let count = random.below(6); count > 0; count--) random.oneOf(mutations)(frames, random);
  return Buffer.concat([preface, ...frames]);
}

const mutations: readonly Mutation[] = [
  function changeByte(frames, random) {
    const target = random.oneOf(frames);
    if (target.length > 0) target[random.below(target.length)] = random.below(256);
  },
  function changeHead(frames, random) {
    const target = random.oneOf(frames);
    if (target.length >= 9) target[random.below(9)] = random.oneOf([0, 1, 2, 4, 5, 8, 9, 32, 127, 128, 255]);
  },
  function flipFlag(frames, random) {
    const target = random.oneOf(frames);
    if (target.length >= 9) target[4] ^= 1 << random.below(8);
  },
  function otherStream(frames, random) {
    const target = random.oneOf(frames);
    if (target.length >= 9) target.writeUInt32BE(random.oneOf([0, 1, 2, 3, 5, 7, 0x7fffffff, 0xffffffff]), 5);
  },
  function lengthen(frames, random) {
    const at = random.below(frames.length);
    const extra = Buffer.alloc(random.oneOf([1, 5, 8, 300, 17000]), random.below(256));
    const longer = Buffer.concat([frames[at], extra]);
    if (random.below(2) === 0 && longer.length >= 9) longer.writeUIntBE(longer.length - 9, 0, 3);
    frames[at] = longer;
  },
  function drop(frames, random) {
    if (frames.length > 1) frames.splice(random.below(frames.length), 1);
  },
  function repeat(frames, random) {
    const target = random.oneOf(frames);
    const times = random.below(8) === 0 ? random.below(200) : random.below(4);
    const copies = Array.from({ length: times }, () => Buffer.from(target));
    frames.splice(random.below(frames.length + 1), 0, ...copies);
  },
  function swap(frames, random) {
    const [one, other] = [random.below(frames.length), random.below(frames.length)];
    [frames[one], frames[other]] = [frames[other], frames[one]];
  },
  function insertRandom(frames, random) {
    const payload = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
    const made = frame(random.below(12), random.below(256), random.below(8), payload);
    frames.splice(random.below(frames.length + 1), 0, made);
  },
  function follow(frames, random) {
    frames.push(...random.oneOf(seeds)());
  },
];
