import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Requirement } from './requirement.js';

interface Entry {
  readonly value: Buffer;
  /** The user's name, where the key was a user hash. */
  readonly user: string;
  /** Monotonic seconds. */
  readonly storedAt: number;
}

/** Results of a slow backend, kept for `max-age` seconds (`auth.cache`). One for each block that sets it. */
export class AuthCache {
  private readonly maxAgeSeconds: number;
  private readonly entries = new Map<Requirement, Map<string, Entry>>();

  constructor(maxAgeSeconds: number) {
    this.maxAgeSeconds = maxAgeSeconds;
  }

  get(requirement: Requirement, key: string): Entry | undefined {
    return this.entries.get(requirement)?.get(key);
  }

  set(requirement: Requirement, key: string, user: string, value: Buffer, now: number): void {
    let users = this.entries.get(requirement);
    if (users === undefined) {
      users = new Map();
      this.entries.set(requirement, users);
    }
    users.set(key, { value, user, storedAt: now });
  }

  removeExpired(now: number): void {
    for (const users of this.entries.values())
      for (const [key, entry] of users) if (now - entry.storedAt > this.maxAgeSeconds) users.delete(key);
  }
}

/**
 * Turns a password into what the cache keeps: a keyed digest, so that memory does not hold passwords, and a
 * comparison takes the same time for any of them.
 */
export class PasswordSeal {
  private readonly key = randomBytes(32);

  seal(password: string): Buffer {
    return createHmac('sha256', this.key).update(password, 'latin1').digest();
  }

  matches(sealed: Buffer, password: string): boolean {
    return timingSafeEqual(sealed, this.seal(password));
  }
}
