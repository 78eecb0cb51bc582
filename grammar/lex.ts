import type { ILexingResult, IToken } from 'chevrotain';
import type { SourceText } from '../src/base/source-range.js';
import { createTokenInstance } from './chevrotain.js';
import type { SyntaxProblem } from './problem.js';
import * as t from './tokens.js';

/** More than this nobody reads, and binary data would give millions. */
const problemsMax = 100;
/** Deeper than any configuration, and shallow enough for a parser that recurses. */
const depthMax = 200;

export interface Lexed {
  readonly tokens: IToken[];
  readonly problems: SyntaxProblem[];
  /** Parentheses and braces that are open at the end of the text, the outermost first. */
  readonly open: readonly IToken[];
  readonly tooDeep: boolean;
}

/**
 * Checks what the reference's tokenizer checks beyond single tokens: two values or names side by side, and what no
 * token begins with. Wrong tokens are reported and left out, so that the parser can go on.
 */
export function checkTokens({ tokens }: ILexingResult, text: SourceText): Lexed {
  const problems: SyntaxProblem[] = [];
  const kept: IToken[] = [];
  const open: IToken[] = [];
  let tooDeep = false;
  let previous: IToken | null = null;
  const report = (token: IToken, summary: string, detail: string): void => {
    if (problems.length === problemsMax) return;
    const range = text.range(token.startOffset, token.startOffset + token.image.length);
    problems.push({ severity: 'error', code: 'syntax-error', summary, detail, range });
  };
  for (const token of tokens) {
    const type = token.tokenType;
    if (type === t.LeftParen || type === t.LeftCurly) {
      if (open.push(token) > depthMax && !tooDeep) {
        tooDeep = true;
        report(token, `This is nested more than ${depthMax} levels deep`, 'Nest less.');
      }
    } else if (type === t.RightParen || type === t.RightCurly) {
      open.pop();
    } else if (type === t.UnterminatedString) {
      problems.push(unterminatedString(token, tokens, text));
      previous = null;
      continue;
    } else if (type === t.WrongOperator) {
      report(token, 'This is no comparison', 'Compare with ==, !=, =~, !~, =^ or =$.');
      kept.push(createTokenInstance(t.Equal, token.image, token.startOffset, NaN, NaN, NaN, NaN, NaN));
      previous = token;
      continue;
    } else if (type === t.LastName || type === t.Unexpected) {
      if (type !== t.Unexpected || previous?.tokenType !== t.Unexpected)
        report(token, ...describe(token, text.source.text));
      previous = token;
      continue;
    }
    if (previous !== null) checkNeighbours(previous, token, report);
    kept.push(token);
    previous = token;
  }
  return { tokens: kept, problems, open, tooDeep };
}

function checkNeighbours(
  previous: IToken,
  token: IToken,
  report: (token: IToken, summary: string, detail: string) => void,
): void {
  const type = token.tokenType;
  if (type === t.StringText && previous.tokenType === t.StringText) {
    report(token, 'Two strings stand side by side', "Join them with '+', or separate them with ',' or '=>'.");
  } else if (type === t.StringText && previous.tokenType === t.Name) {
    report(token, `There is nothing between ${previous.image} and this string`, "Is a '=' missing?");
  } else if (type === t.Name && previous.tokenType === t.Name) {
    const detail = "Is a '=' missing, or a '+', or the quotes around a string?";
    report(token, `There is nothing between ${previous.image} and ${token.image}`, detail);
  }
}

function unterminatedString(token: IToken, tokens: readonly IToken[], text: SourceText): SyntaxProblem {
  const overLines = tokens.find((other) => other.tokenType === t.StringText && /[\r\n]/.test(other.image));
  const start = token.startOffset;
  return {
    severity: 'error',
    code: 'unterminated-string',
    summary: 'This string has no closing quote',
    detail: 'A backslash before a quote makes it part of the string, even after another backslash.',
    range: text.range(start, start + 1),
    related: overLines && {
      message: 'Or it is missing here: this string goes over more than one line',
      origin: text.range(overLines.startOffset, overLines.startOffset + 1),
    },
  };
}

/** Summary and detail. */
function describe(token: IToken, text: string): [string, string] {
  const { image, startOffset } = token;
  if (startOffset + image.length === text.length && token.tokenType === t.LastName)
    return [`The text ends with the name ${image}`, 'Is something missing after it? If not, add a line end.'];
  if (startOffset === 0 && image.startsWith('\xef\xbb\xbf'))
    return ['The file begins with a byte order mark', 'Save it as UTF-8 without byte order mark.'];
  const [first] = image;
  const next = text[startOffset + 1];
  switch (first) {
    case '=':
      return ['A = stands inside of parentheses', 'Write key => value; or is a closing ) missing before it?'];
    case '!':
      return ['A ! stands where no condition is', 'Conditions are written as $HTTP["..."] != "...".'];
    case ')':
      return ['This ) closes nothing', 'Remove it, or add the ( that it closes.'];
    case ':':
      return ['A : stands outside of a string', 'Write := to set a name anew; put addresses in quotes.'];
    case ';':
      return ['A ; stands here', 'A statement ends with its line: remove the semicolon.'];
    case "'":
      return ["Strings are not written with '", 'Use double quotes.'];
    case '$':
      return ['A $ stands inside of parentheses', 'Conditions cannot be part of an array.'];
    case '/':
      if (next === '/' || next === '*') return [`A comment does not begin with ${first}${next}`, 'Use #.'];
      return ['A / stands outside of a string', 'Put paths in double quotes.'];
    case '&':
    case '|':
      return [`Conditions cannot be joined with ${first}`, 'Put one block inside of the other.'];
    default:
      return [`Unexpected ${nameBytes(image)}`, 'Put text in double quotes, and comments after a #.'];
  }
}

function nameBytes(image: string): string {
  if (/^[!-~]+$/.test(image)) return `"${image.slice(0, 20)}"`;
  const hex = Array.from(image.slice(0, 4), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'));
  return `byte${image.length > 1 ? 's' : ''} 0x${hex.join(' 0x')}${image.length > 4 ? ' ...' : ''}`;
}
