import { hkdfSync } from 'node:crypto';

/** Keys of session tickets are replaced after so long, as in lighttpd. */
const periodSeconds = 28800;
/** What Node.js takes: a name of 16 bytes, a key for HMAC of 16, one for AES of 16. */
const ticketKeyBytes = 48;

/**
 * Where the keys of session tickets come from. All workers start from the seed that the supervisor made, and step to
 * the next one at the same times: they hold the same keys without a word, over reloads too. A step cannot be undone,
 * so that keys of the past are gone.
 */
export class TicketSeed {
  private seed: Uint8Array;
  private period: number;

  constructor(seed: Uint8Array, epochSeconds: number) {
    this.seed = seed;
    this.period = periodOf(epochSeconds);
  }

  /** The seed as of now, for another process. */
  at(epochSeconds: number): Uint8Array {
    for (const now = periodOf(epochSeconds); this.period < now; this.period++) {
      this.seed = derive(this.seed, 'next', this.seed.length);
    }
    return this.seed;
  }

  key(epochSeconds: number): Buffer {
    return Buffer.from(derive(this.at(epochSeconds), 'key', ticketKeyBytes));
  }
}

function periodOf(epochSeconds: number): number {
  return Math.floor(epochSeconds / periodSeconds);
}

function derive(seed: Uint8Array, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', seed, '', `lighttpd-ts ticket ${purpose}`, length));
}
