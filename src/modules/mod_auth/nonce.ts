import { createHash, randomInt } from 'node:crypto';
import { type DigestAlgorithm, digestHashName } from '../../plugin/auth-backend.js';
import type { Requirement } from './requirement.js';

/** Seconds that a nonce is good for, and after which the client is handed the next one. */
const lifetimeSeconds = 600;
const renewAfterSeconds = 540;
/** Each worker looks at the clock once a second: the one that made a nonce may be so far ahead. */
const aheadMaxSeconds = 2;

export type NonceState = 'good' | 'expiring' | 'stale' | 'malformed' | 'forged';

/** `TIME:HASH`; with `nonce-secret`, `TIME:RANDOM:HASH` where the hash proves that this server made it. */
export function makeNonce(requirement: Requirement, algorithm: DigestAlgorithm, nowSeconds: number): string {
  return formatNonce(requirement, algorithm, nowSeconds, randomInt(2 ** 32));
}

function formatNonce(
  { nonceSecret }: Requirement,
  algorithm: DigestAlgorithm,
  timeSeconds: number,
  random: number,
): string {
  const time = hexNumber(timeSeconds);
  const hash = createHash(digestHashName[algorithm]).update(`${time}:${hexNumber(random)}:`);
  if (nonceSecret === null) return `${time}:${hash.digest('hex')}`;
  return `${time}:${hexNumber(random)}:${hash.update(nonceSecret, 'latin1').digest('hex')}`;
}

/** Whole bytes, as lighttpd writes them. */
function hexNumber(value: number): string {
  const digits = value.toString(16);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

/** Without a secret, any nonce with a recent time is good; replays are not looked for (as in lighttpd). */
export function checkNonce(
  nonce: string,
  requirement: Requirement,
  algorithm: DigestAlgorithm,
  nowSeconds: number,
): NonceState {
  const time = /^[0-9a-f]{0,16}(?=:)/i.exec(nonce);
  if (time === null) return 'stale';
  const madeAt = Number.parseInt(time[0], 16);
  const age = nowSeconds - madeAt;
  if (!(age >= -aheadMaxSeconds && age <= lifetimeSeconds)) return 'stale';
  if (requirement.nonceSecret !== null) {
    const random = /^([0-9a-f]{0,8}):/i.exec(nonce.slice(time[0].length + 1));
    if (random === null) return 'malformed';
    const expected = formatNonce(requirement, algorithm, madeAt, Number.parseInt(random[1] || '0', 16));
    if (nonce !== expected) return 'forged';
  }
  return age > renewAfterSeconds ? 'expiring' : 'good';
}
