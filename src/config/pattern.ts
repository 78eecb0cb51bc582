import { type Matcher, MatchLimitError, type TranslatedPattern, translatePcre } from './pcre/index.js';

/** What matched: group 0 is the whole match; groups that took no part are empty. Text is latin1 (bytes). */
export type Captures = readonly string[];

const oddCharacter = /[\n\x80-\xff]/;
const nonAscii = /[\x80-\xff]/;
const beyondAscii = /[^\0-\x7f]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A PCRE pattern of the configuration. The reference compiles patterns in UTF mode: a subject that is not valid UTF-8
 * matches nothing. Subjects and captures are latin1, one character a byte.
 */
export class Pattern {
  readonly source: string;
  readonly captureCount: number;
  private readonly translated: TranslatedPattern;
  /** For plain subjects, if JavaScript's engine suits the pattern. */
  private readonly plain: RegExp | null;
  /** For the rest; made for the first of them. */
  private matcher: Matcher | null = null;

  private constructor(source: string, translated: TranslatedPattern) {
    this.source = source;
    this.translated = translated;
    this.captureCount = translated.captureCount;
    this.plain = translated.forAscii();
  }

  /** The compiled pattern, or a sentence that says why it cannot be run. `source` is latin1. */
  static compile(source: string): Pattern | string {
    const text = decodeUtf8(source);
    if (text === null) return 'it is not valid UTF-8';
    const translated = translatePcre(text);
    if (typeof translated === 'string') return translated;
    try {
      return new Pattern(source, translated);
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** A search that was given up has found nothing, as conditions of the reference have it. */
  test(subject: string): boolean {
    if (this.plain !== null && !oddCharacter.test(subject)) return this.plain.test(subject);
    return this.find(subject) !== null;
  }

  /** As `exec`, and null where it would throw. */
  find(subject: string): Captures | null {
    try {
      return this.exec(subject);
    } catch (error) {
      if (error instanceof MatchLimitError) return null;
      throw error;
    }
  }

  /** Null where it does not match. Throws a MatchLimitError where it was tried in too many ways. */
  exec(subject: string): Captures | null {
    if (this.plain !== null && !oddCharacter.test(subject)) {
      const match = this.plain.exec(subject);
      return match && Array.from(match, (group) => group ?? '');
    }
    const text = decodeUtf8(subject);
    const ends = text === null ? null : this.run(text);
    if (ends === null) return null;
    const captures: string[] = [];
    for (let group = 0; group <= this.captureCount; group++) {
      const start = ends[2 * group];
      captures.push(start < 0 ? '' : encodeUtf8(text!.slice(start, ends[2 * group + 1])));
    }
    return captures;
  }

  private run(text: string): Int32Array | null {
    this.matcher ??= this.translated.matcher();
    return this.matcher.exec(text);
  }
}

function encodeUtf8(text: string): string {
  if (!beyondAscii.test(text)) return text;
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text that latin1 bytes spell in UTF-8 (the same string where all are ASCII); null where they are invalid. */
function decodeUtf8(bytes: string): string | null {
  if (!nonAscii.test(bytes)) return bytes;
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return null;
  }
}
