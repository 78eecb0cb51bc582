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
