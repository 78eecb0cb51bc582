import { type TranslatedPattern, translatePcre } from './pcre/index.js';

/** What matched: group 0 is the whole match; groups that took no part are empty. Text is latin1 (bytes). */
export type Captures = readonly string[];

const oddCharacter = /[\n\x80-\xff]/;
const nonAscii = /[\x80-\xff]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** An expression of JavaScript's engine, and where in its matches the groups of the pattern are. */
interface Compiled {
  readonly regexp: RegExp;
  readonly groups: readonly number[];
}

/**
 * A PCRE pattern of the configuration, run by JavaScript's engine. The reference compiles patterns in UTF mode:
 * a subject that is not valid UTF-8 matches nothing. Subjects and captures are latin1, one character a byte.
 */
export class Pattern {
  readonly source: string;
  readonly captureCount: number;
  private readonly translated: TranslatedPattern;
  private readonly plain: Compiled;
  /** For subjects that are not plain; made for the first of them. */
  private full: Compiled | null = null;

  private constructor(source: string, translated: TranslatedPattern) {
    this.source = source;
    this.translated = translated;
    this.captureCount = translated.captureCount;
    const { source: plain, groups } = translated.forAscii();
    this.plain = { regexp: new RegExp(plain), groups };
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

  test(subject: string): boolean {
    if (!oddCharacter.test(subject)) return this.plain.regexp.test(subject);
    const text = decodeUtf8(subject);
    return text !== null && this.compileFull().regexp.test(text);
  }

  /** Null where it does not match. */
  exec(subject: string): Captures | null {
    if (!oddCharacter.test(subject)) {
      const match = this.plain.regexp.exec(subject);
      return match && this.plain.groups.map((group) => match[group] ?? '');
    }
    const text = decodeUtf8(subject);
    if (text === null) return null;
    const { regexp, groups } = this.compileFull();
    const match = regexp.exec(text);
    return match && groups.map((group) => encodeUtf8(match[group] ?? ''));
  }

  private compileFull(): Compiled {
    if (this.full === null) {
      const { source, groups } = this.translated.forUnicode();
      this.full = { regexp: new RegExp(source, 'u'), groups };
    }
    return this.full;
  }
}

function encodeUtf8(text: string): string {
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
