/** `2026-11-23 04:41:04` in local time, or with nanoseconds after a dot; worked out once a second. */
export class LogTime {
  private readonly highPrecision: boolean;
  private second = -1;
  private text = '';

  constructor(highPrecision: boolean) {
    this.highPrecision = highPrecision;
  }

  /** `epochMs` may have a fraction: it is what the digits after the dot are made of. */
  format(epochMs: number): string {
    const second = Math.floor(epochMs / 1000);
    if (second !== this.second) {
      this.second = second;
      this.text = localTime(new Date(second * 1000));
    }
    if (!this.highPrecision) return this.text;
    const nanoseconds = Math.floor((epochMs - second * 1000) * 1e6);
    return `${this.text}.${String(nanoseconds).padStart(9, '0')}`;
  }
}

function localTime(date: Date): string {
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

const notPrintable = /[^ -~]/g;

/** Well-formed UTF-8 other than C1 control characters in group 1, or any byte that a terminal should not get. */
const notPrintableUtf8 =
  /((?:[\xc3-\xdf]|\xc2(?=[\xa0-\xbf]))[\x80-\xbf]|(?:\xe0[\xa0-\xbf]|\xed[\x80-\x9f]|[\xe1-\xec\xee\xef][\x80-\xbf])[\x80-\xbf]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2})|[^ -~]/g;

/**
 * Makes a message fit for one line of a log, as lighttpd does: `\t`, `\n` and `\r` by name, other bytes that are
 * not printable ASCII as `\x1b`. With `utf8`, well-formed UTF-8 stays. Backslashes stay as they are.
 */
export function escapeMessage(message: string, utf8: boolean): string {
  if (!utf8) return message.replace(notPrintable, escapeByte);
  return message.replace(
    notPrintableUtf8,
    (bytes: string, character?: string) => character ?? escapeByte(bytes),
  );
}

function escapeByte(byte: string): string {
  if (byte === '\n') return '\\n';
  if (byte === '\r') return '\\r';
  if (byte === '\t') return '\\t';
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
