import type { IToken } from 'chevrotain';
import { type SourceFile, SourceText } from '../src/base/source-range.js';
import type { ConfigFile } from './ast.js';
import { AstBuilder } from './build-ast.js';
import { Lexer } from './chevrotain.js';
import type { FileCstNode } from './cst.js';
import { checkTokens, type Lexed } from './lex.js';
import { ConfigParser } from './parser.js';
import type { SyntaxProblem } from './problem.js';
import { Else, LineEnd, vocabulary } from './tokens.js';

export type * from './ast.js';
export type { SyntaxProblem } from './problem.js';

const warningsMax = 100;
/** With control characters in so many places a text is none. */
const oddPlacesOfBinary = 4;

export interface ParsedText {
  readonly file: ConfigFile;
  /** In the order of the text. With an error among them the tree is what could be understood. */
  readonly problems: readonly SyntaxProblem[];
}

/** A word or sign as written, and where. */
export interface Word {
  readonly image: string;
  readonly start: number;
  readonly end: number;
}

/** The front end of lighttpd.conf. Make one and use it for many texts: making one takes some 20 ms. */
export class ConfigSyntax {
  private readonly lexer = new Lexer(vocabulary, {
    positionTracking: 'onlyOffset',
    ensureOptimizations: true,
    skipValidations: true,
  });
  private readonly parser = new ConfigParser();
  /** For texts that end too early; made for the first of them. */
  private recoveringParser: ConfigParser | null = null;

  /**
   * The words and signs of a text in their order, wrong ones among them. What stands between them is layout: blanks,
   * line ends, comments, and what lighttpd reads over (commas outside of lists, no-break spaces, `if`).
   */
  words({ text }: SourceFile): Word[] {
    const end = text.indexOf('\0');
    const { tokens } = this.lexer.tokenize(end < 0 ? text : text.slice(0, end));
    return tokens
      .filter((token) => token.tokenType !== LineEnd)
      .map(({ image, startOffset }) => ({ image, start: startOffset, end: startOffset + image.length }));
  }

  parse(source: SourceFile): ParsedText {
    const text = new SourceText(source);
    const problems: SyntaxProblem[] = [];
    const lexed = checkTokens(this.lexer.tokenize(textBeforeNul(text, problems)), text);
    const binary = binaryProblem(lexed.problems, text);
    problems.push(...(binary ?? lexed.problems));
    if (lexed.tooDeep || binary !== null)
      return { file: new AstBuilder(text).file({ name: 'file', children: {} }), problems };
    const { tree, dropped, isWhole } = this.parseTokens(lexed.tokens);
    const reported = new Set(lexed.problems.map(({ range }) => range.start));
    problems.push(...droppedTokens(dropped, text).filter(({ range }) => !reported.has(range.start)));
    // a wrong token may be all that is missing
    const isExplained = lexed.problems.length > 0 && lexed.open.length === 0;
    if (!isWhole && !isExplained) problems.push(earlyEnd(lexed, text));
    problems.sort((a, b) => a.range.start - b.range.start);
    return { file: new AstBuilder(text).file(tree), problems };
  }

  private parseTokens(tokens: IToken[]): ParsedTokens {
    const parsed = runParser(this.parser, tokens);
    if (parsed.isWhole) return parsed;
    this.recoveringParser ??= new ConfigParser({ recoveryEnabled: true });
    return { ...runParser(this.recoveringParser, tokens), isWhole: false };
  }
}

interface ParsedTokens {
  readonly tree: FileCstNode;
  /** Tokens that did not fit. */
  readonly dropped: readonly IToken[];
  /** False where the text ends in the middle of something. */
  readonly isWhole: boolean;
}

function runParser(parser: ConfigParser, tokens: IToken[]): ParsedTokens {
  parser.dropped = [];
  parser.input = tokens;
  const tree = parser.file() as FileCstNode;
  const parsed = { tree, dropped: parser.dropped, isWhole: parser.errors.length === 0 };
  // the next text may be long in coming
  parser.input = [];
  return parsed;
}

/** A NUL byte ends the text, as in the reference. */
function textBeforeNul(text: SourceText, problems: SyntaxProblem[]): string {
  const whole = text.source.text;
  const end = whole.indexOf('\0');
  if (end < 0) return whole;
  const summary = 'A NUL byte ends the text here: what follows is ignored';
  const detail = 'Is this a text file?';
  const range = text.range(end, end + 1);
  problems.push({ severity: 'warning', code: 'repaired-text', summary, detail, range });
  return whole.slice(0, end);
}

/** Instead of a hundred odd bytes, one problem; null where the text is one. */
function binaryProblem(problems: readonly SyntaxProblem[], { source }: SourceText): SyntaxProblem[] | null {
  const odd = problems.filter(({ range }) =>
    /[\x01-\x08\x0e-\x1f\x7f]/.test(source.text.slice(range.start, range.end)),
  );
  if (odd.length < oddPlacesOfBinary) return null;
  return [
    { ...odd[0], summary: 'This is no text, but binary data', detail: 'Give the name of a configuration.' },
  ];
}

/** One warning for each run of dropped tokens. A dropped line end alone is a matter of style, and no problem. */
function droppedTokens(dropped: readonly IToken[], text: SourceText): SyntaxProblem[] {
  const runs: { start: number; end: number; isElse: boolean }[] = [];
  for (const token of dropped) {
    if (token.tokenType === LineEnd) continue;
    const start = token.startOffset;
    const end = start + token.image.length;
    const last = runs.at(-1);
    if (last && /^[ \t,]*$/.test(text.source.text.slice(last.end, start))) last.end = end;
    else runs.push({ start, end, isElse: token.tokenType === Else });
  }
  return runs.slice(0, warningsMax).map(({ start, end, isElse }) => ({
    severity: 'warning',
    code: 'repaired-text',
    summary: isElse
      ? 'This else follows no condition and is ignored'
      : 'This does not fit here and is ignored',
    detail: isElse
      ? 'What is in its block holds always. Put the else right after the block of its condition.'
      : 'lighttpd ignores it, too. Remove it, or write what was meant.',
    range: text.range(start, end),
  }));
}

/** The only error of the parser: the text ends in the middle of something. */
function earlyEnd({ tokens, open }: Lexed, text: SourceText): SyntaxProblem {
  const opener = open.at(-1);
  const last = opener ?? tokens.findLast((token) => token.tokenType !== LineEnd) ?? tokens[0];
  const summary = opener
    ? `This ${opener.image} is never closed`
    : 'The text ends in the middle of a statement';
  const detail = opener
    ? `Add the ${opener.image === '{' ? '}' : ')'} that closes it.`
    : 'Write the rest of the statement.';
  const range = text.range(last.startOffset, last.startOffset + last.image.length);
  return { severity: 'error', code: 'syntax-error', summary, detail, range };
}
