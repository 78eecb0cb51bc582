/** The largest head that a backend may send, in bytes and in lines (lighttpd's MAX_HTTP_RESPONSE_FIELD_SIZE). */
const headBytesMax = 65535;
const headLinesMax = 8190;

export type HeadOutcome =
  | { readonly type: 'incomplete' }
  /** Over the limits. */
  | { readonly type: 'tooLarge' }
  /** The first line is neither a status line nor a field, so that nothing here is a head. */
  | { readonly type: 'noHead' }
  /** `lines` without line ends and unfolded; `rest` is what followed the blank line. */
  | { readonly type: 'head'; readonly lines: readonly HeadLine[]; readonly rest: Buffer };

/** A line of a head; `crlf` tells whether it ended with CR LF or with LF alone. */
export interface HeadLine {
  readonly text: string;
  readonly crlf: boolean;
}

const incomplete: HeadOutcome = { type: 'incomplete' };
const noBytes = Buffer.alloc(0);

/**
 * Collects the head of an answer from a program or an HTTP backend: lines ending with LF or CR LF up to a blank one.
 * Once a head has come out, the reader starts with the next (interim answers come before the final one).
 */
export class HeadReader {
  /** What has arrived and is not part of a head that came out. */
  pending: Buffer = noBytes;
  private lineStart = 0;
  private lineCount = 0;

  read(chunk: Buffer): HeadOutcome {
    const bytes = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    this.pending = bytes;
    const end = this.findEnd(bytes);
    if ((end || bytes.length) > headBytesMax || this.lineCount > headLinesMax) return { type: 'tooLarge' };
    if (this.lineCount > 0 && !canStartHead(bytes)) return { type: 'noHead' };
    if (end === 0) return incomplete;
    const lines = unfold(bytes.toString('latin1', 0, end));
    this.pending = noBytes;
    this.lineStart = 0;
    this.lineCount = 0;
    return { type: 'head', lines, rest: bytes.subarray(end) };
  }

  /** Where the blank line ends; 0 where it has not arrived. Lines are looked at once. */
  private findEnd(bytes: Buffer): number {
    for (;;) {
      const newline = bytes.indexOf(10, this.lineStart);
      if (newline < 0) return 0;
      const length = newline - this.lineStart;
      if (length === 0 || (length === 1 && bytes[this.lineStart] === 13)) return newline + 1;
      this.lineStart = newline + 1;
      this.lineCount++;
    }
  }
}

function canStartHead(bytes: Buffer): boolean {
  const end = bytes.indexOf(10);
  return isStatusLine(bytes.toString('latin1', 0, end + 1)) || bytes.subarray(0, end).includes(58);
}

/** Long enough for `HTTP/1.1 200` with its line end, and starting like it. */
export function isStatusLine(line: string): boolean {
  return line.length >= 12 && line.startsWith('HTTP/');
}

/** Splits at line ends; a line that starts with a blank continues the one before, the line end becoming blanks. */
function unfold(head: string): HeadLine[] {
  const lines: HeadLine[] = [];
  const raw = head.split('\n');
  // the text ends with the blank line's LF, so the last two pieces are that line and nothing
  for (let i = 0; i < raw.length - 2; i++) {
    const crlf = raw[i].endsWith('\r');
    const text = crlf ? raw[i].slice(0, -1) : raw[i];
    const isContinuation = i > 0 && (text[0] === ' ' || text[0] === '\t');
    if (!isContinuation) lines.push({ text, crlf });
    else {
      const { text: before, crlf: beforeCrlf } = lines[lines.length - 1];
      lines[lines.length - 1] = { text: `${before}${beforeCrlf ? '  ' : ' '}${text}`, crlf };
    }
  }
  return lines;
}
