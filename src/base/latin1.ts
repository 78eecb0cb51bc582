import { isAscii, isUtf8 } from 'node:buffer';

interface Latin1Buffer {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, at: number, length?: number): number;
}

/** Bytes `start` to `end` as text of one character a byte; Buffer's own short way, without looking up an encoding. */
export function latin1Text(buffer: Buffer, start: number, end: number): string {
  return (buffer as unknown as Latin1Buffer).latin1Slice(start, end);
}

/** Writes latin1 text at a place; gives the bytes written, which are fewer where there is no room. */
export function writeLatin1(buffer: Buffer, text: string, at: number): number {
  return (buffer as unknown as Latin1Buffer).latin1Write(text, at);
}

/**
 * Libraries and the system take strings as UTF-8. Text here is latin1, a character a byte: this makes a string that
 * becomes exactly these bytes again. Null where the bytes are no UTF-8, so that there is none.
 */
export function unicodeText(bytes: string): string | null {
  const buffer = Buffer.from(bytes, 'latin1');
  if (isAscii(buffer)) return bytes;
  return isUtf8(buffer) ? buffer.toString('utf8') : null;
}
