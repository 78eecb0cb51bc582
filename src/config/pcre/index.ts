import { compileProgram } from './compile-program.js';
import { emitPattern } from './emit.js';
import { suitsJavaScript } from './engine-choice.js';
import { Matcher } from './matcher.js';
import { type ParsedPattern, PatternError } from './nodes.js';
import { parsePcre } from './parse.js';

export { Matcher, MatchLimitError } from './matcher.js';
export { PatternError } from './nodes.js';
export { parsePcre } from './parse.js';

/** A PCRE2 pattern, understood: it can be run, in one of two ways. */
export class TranslatedPattern {
  readonly captureCount: number;
  private readonly parsed: ParsedPattern;

  constructor(parsed: ParsedPattern) {
    this.parsed = parsed;
    this.captureCount = parsed.captureCount;
  }

  /** For JavaScript's engine, and for subjects of ASCII without line feed alone; null where it does not suit. */
  forAscii(): RegExp | null {
    const { branches } = this.parsed;
    return suitsJavaScript(branches) ? new RegExp(emitPattern(branches)) : null;
  }

  /** For every subject. */
  matcher(): Matcher {
    return new Matcher(compileProgram(this.parsed));
  }
}

/** Understands a pattern as PCRE2 does in UTF mode; a sentence where PCRE2 cannot use it, or this project cannot. */
export function translatePcre(pattern: string): TranslatedPattern | string {
  try {
    return new TranslatedPattern(parsePcre(pattern));
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}
