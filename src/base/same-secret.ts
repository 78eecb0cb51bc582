import { hash, timingSafeEqual } from 'node:crypto';

/** Compares two secrets (latin1) in a time that does not tell how much of them is equal. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(fingerprint(a), fingerprint(b));
}

function fingerprint(secret: string): Buffer {
  return hash('sha256', Buffer.from(secret, 'latin1'), 'buffer');
}
