/** One `<!--#command name="value" … -->`. */
export interface Statement {
  readonly command: string;
  /** At most two, in their order. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** A piece of a document. `literal` text is shown in branches that are not taken, too. */
export type Segment =
  | { readonly kind: 'text' | 'literal'; readonly text: string }
  | { readonly kind: 'statement'; readonly statement: Statement };

const opening = '<!--#';
/** A statement must fit into lighttpd's buffer. */
const statementLengthMax = 8192;
const tooLong = '<!-- [an error occurred: directive too long] ';

/** Takes a document apart. What is no statement is text; one without an end is text as far as it goes. */
export function parseDocument(document: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (;;) {
    const start = document.indexOf(opening, at);
    if (start < 0) break;
    if (start > at) segments.push({ kind: 'text', text: document.slice(at, start) });
    const window = document.slice(start, start + statementLengthMax);
    const length = statementLength(window);
    at = start + (length || window.length);
    if (length > 0) {
      segments.push(...parseStatement(window.slice(0, length)));
    } else if (window.length === statementLengthMax) {
      segments.push({ kind: 'literal', text: tooLong + /-{0,2}$/.exec(window)![0] });
    } else {
      segments.push({ kind: 'text', text: window });
    }
  }
  if (at < document.length) segments.push({ kind: 'text', text: document.slice(at) });
  return segments;
}

/**
 * Up to and with the first `-->` outside of quotes; 0 where there is none. As in lighttpd, a backslash in quotes
 * guards all quotes up to the next backslash.
 */
function statementLength(text: string): number {
  let quote = '';
  let isGuarded = false;
  for (let i = opening.length; i < text.length; i++) {
    const character = text[i];
    if (quote === '') {
      if (character === '"' || character === "'") quote = character;
      else if (character === '-' && text.startsWith('-->', i)) return i + 3;
    } else if (character === '\\') isGuarded = !isGuarded;
    else if (character === quote && !isGuarded) quote = '';
  }
  return 0;
}

const name = /[A-Za-z]+/y;
const space = /[ \t\n\v\f\r]+/y;
const value = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^"'\s\\]|\\.)(?:[^\s\\]|\\.)*)/sy;
const attributesMax = 2;

/** Nothing for a comment; the text itself where it cannot be understood. */
function parseStatement(text: string): Segment[] {
  const inner = text.slice(opening.length, -'-->'.length);
  const reader = new TextReader(inner);
  const command = reader.take(name)?.[0];
  const attributes: [string, string][] = [];
  while (command !== undefined) {
    if (reader.atEnd || (reader.take(space) && reader.atEnd))
      return [{ kind: 'statement', statement: { command, attributes } }];
    const attribute =
      reader.wasSpace && attributes.length < attributesMax ? reader.take(name)?.[0] : undefined;
    const parts = attribute !== undefined && reader.take(/=/y) ? reader.take(value) : null;
    if (parts === null) break;
    attributes.push([attribute!, parts[1] ?? parts[2] ?? parts[3]]);
  }
  return /^comment[ \t]/.test(inner) ? [] : [{ kind: 'literal', text }];
}

class TextReader {
  wasSpace = false;
  private position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.position === this.text.length;
  }

  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    this.wasSpace = pattern === space && match !== null;
    if (match !== null) this.position = pattern.lastIndex;
    return match;
  }
}
