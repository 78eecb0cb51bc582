import { createHash } from 'node:crypto';

/** Version, times of activation and of expiry, a name of 16 bytes, keys for HMAC and AES of 32 bytes each. */
const fileBytes = 92;

/** The key of session tickets that a file holds (ssl.stek-file; mod_openssl_session_ticket_key_file). */
export interface StekKey {
  /** Seconds since the epoch. */
  readonly activeFrom: number;
  readonly expiresAt: number;
  /** As Node.js takes it: name, key for HMAC, key for AES, 16 bytes each. */
  readonly key: Buffer;
}

/** Null where the file is no such file. */
export function readStekFile(content: Buffer): StekKey | null {
  if (content.length < fileBytes || content.readInt32LE(0) !== 0) return null;
  const name = content.subarray(12, 28);
  // Node.js takes AES-128 alone: both keys are made shorter, on all servers alike
  const shortened = [content.subarray(28, 60), content.subarray(60, 92)].map((key) =>
    createHash('sha256').update(key).digest().subarray(0, 16),
  );
  return {
    activeFrom: content.readInt32LE(4),
    expiresAt: content.readInt32LE(8),
    key: Buffer.concat([name, ...shortened]),
  };
}
