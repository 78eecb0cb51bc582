import { hash } from 'node:crypto';
import { encodePermuted } from './crypt64.js';

interface Variant {
  readonly algorithm: 'sha256' | 'sha512';
  readonly magic: '$5$' | '$6$';
  readonly order: readonly (readonly number[])[];
}

/** The output takes the digest's bytes from three thirds in turn, which change places at each step. */
function permutation(third: number, turn: 1 | 2, last: readonly number[]): number[][] {
  const out: number[][] = [];
  for (let i = 0; i < third; i++) {
    const group = [i, i + third, i + 2 * third];
    const shift = (turn * i) % 3;
    out.push([...group.slice(shift), ...group.slice(0, shift)]);
  }
  return [...out, [...last]];
}

const variants: readonly Variant[] = [
  { algorithm: 'sha256', magic: '$5$', order: permutation(10, 2, [31, 30]) },
  { algorithm: 'sha512', magic: '$6$', order: permutation(21, 1, [63]) },
];

const roundsDefault = 5000;
const roundsMin = 1000;
const roundsMax = 999_999_999;

/** SHA crypt (Ulrich Drepper): `$5$` and `$6$`, with `rounds=N$` or without. Null where the setting is wrong. */
export function shaCrypt(password: Buffer, setting: string): string | null {
  const variant = variants.find(({ magic }) => setting.startsWith(magic));
  const parts = /^\$[56]\$(rounds=([1-9]\d{0,8})\$)?([^$]{0,16})/.exec(setting);
  if (variant === undefined || parts === null) return null;
  const [, roundsText = '', roundsNumber, salt] = parts;
  const rounds = roundsNumber === undefined ? roundsDefault : Number(roundsNumber);
  if (rounds < roundsMin || rounds > roundsMax) return null;
  const digest = stretch(variant.algorithm, password, Buffer.from(salt, 'latin1'), rounds);
  return `${variant.magic}${roundsText}${salt}$${encodePermuted(digest, variant.order)}`;
}

function stretch(algorithm: Variant['algorithm'], password: Buffer, salt: Buffer, rounds: number): Buffer {
  const sha = (parts: Buffer[]): Buffer => hash(algorithm, Buffer.concat(parts), 'buffer');
  const inner = sha([password, salt, password]);
  const parts = [password, salt, repeated(inner, password.length)];
  for (let i = password.length; i > 0; i >>>= 1) parts.push(i & 1 ? inner : password);
  let digest = sha(parts);
  const passwordBytes = repeated(sha(new Array<Buffer>(password.length).fill(password)), password.length);
  const saltBytes = repeated(sha(new Array<Buffer>(16 + digest[0]).fill(salt)), salt.length);
  for (let i = 0; i < rounds; i++) {
    const round = [i & 1 ? passwordBytes : digest];
    if (i % 3 !== 0) round.push(saltBytes);
    if (i % 7 !== 0) round.push(passwordBytes);
    round.push(i & 1 ? digest : passwordBytes);
    digest = sha(round);
  }
  return digest;
}

/** The first `length` bytes of a digest written over and over. */
function repeated(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}
