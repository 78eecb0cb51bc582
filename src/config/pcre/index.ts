import { type EmittedPattern, emitPattern } from './emit.js';
import { type ParsedPattern, PatternError } from './nodes.js';
import { parsePcre } from './parse.js';

export type { EmittedPattern } from './emit.js';
export { PatternError } from './nodes.js';
export { parsePcre } from './parse.js';

/** A PCRE2 pattern, understood: it can be written for JavaScript's engine. */
export class TranslatedPattern {
  readonly captureCount: number;
  private readonly parsed: ParsedPattern;

  constructor(parsed: ParsedPattern) {
    this.parsed = parsed;
    this.captureCount = parsed.captureCount;
  }

  /** For subjects of ASCII without line feed; needs no flag. */
  forAscii(): EmittedPattern {
    return emitPattern(this.parsed, true);
  }

  /** For every subject; needs the `u` flag. */
  forUnicode(): EmittedPattern {
    return emitPattern(this.parsed, false);
  }
}

/** Understands a pattern as PCRE2 does in UTF mode; a sentence where PCRE2 or JavaScript's engine cannot run it. */
export function translatePcre(pattern: string): TranslatedPattern | string {
  try {
    return new TranslatedPattern(parsePcre(pattern));
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}
