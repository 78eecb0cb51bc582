import { PatternError } from './nodes.js';

/** A pattern and how far it was read. Characters are whole: two of UTF-16 where need be. */
export class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character; empty at the end. */
  peek(): string {
    const code = this.text.codePointAt(this.at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  next(): string {
    const character = this.peek();
    this.at += character.length;
    return character;
  }

  /** Steps over `text` if it stands here. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** What a sticky `pattern` matches here, stepped over; null where it does not match. */
  match(pattern: RegExp): RegExpExecArray | null {
    const match = this.look(pattern);
    if (match !== null) this.at += match[0].length;
    return match;
  }

  /** Like `match`, without stepping over it. */
  look(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }

  /** All up to `end`, which is stepped over. */
  until(end: string, problem: string): string {
    const endsAt = this.text.indexOf(end, this.at);
    if (endsAt < 0) throw new PatternError(problem);
    const text = this.text.slice(this.at, endsAt);
    this.at = endsAt + end.length;
    return text;
  }
}
