import type {
  CustomPatternMatcherReturn,
  IMultiModeLexerDefinition,
  ITokenConfig,
  TokenType,
} from 'chevrotain';
import { createToken, Lexer } from './chevrotain.js';

/**
 * The tokens, by family. Text is latin1: one character a byte. What a character means depends on where it
 * stands: in parentheses, between a `$` and its operator, or elsewhere; hence three modes.
 */
type Mode = 'statement' | 'array' | 'condition';

type Match = CustomPatternMatcherReturn | null;

/** Only `\"` is an escape: a quote closes the string unless a backslash stands before it, whatever precedes that. */
function matchString(text: string, offset: number): Match {
  if (text[offset] !== '"') return null;
  let end = text.indexOf('"', offset + 1);
  while (end > 0 && text[end - 1] === '\\') end = text.indexOf('"', end + 1);
  return end < 0 ? null : [text.slice(offset, end + 1)];
}

/** A line end with all blank lines and comment lines that follow it. */
function matchLineEnd(text: string, offset: number): Match {
  if (text[offset] !== '\n' && text[offset] !== '\r') return null;
  let end = offset;
  for (;;) {
    const character = text[end];
    if (character === '#') while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
    else if (character === '\n' || character === '\r' || character === ' ' || character === '\t') end++;
    else return [text.slice(offset, end)];
  }
}

/** What tokens begin with. Chevrotain could find it out from their patterns, but not in no time, and at each start. */
const digits = '0123456789';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_';
const everyByte = Array.from({ length: 256 }, (_, code) => code);

function matching(
  name: string,
  pattern: RegExp,
  starts: string | number[],
  options?: Partial<ITokenConfig>,
): TokenType {
  return createToken({ name, pattern, start_chars_hint: [...starts], line_breaks: false, ...options });
}

function skipped(name: string, pattern: RegExp, starts: string): TokenType {
  return matching(name, pattern, starts, { group: Lexer.SKIPPED });
}

/** A word of the language; a word that is the last thing of a text is none (there must be something after it). */
function keyword(name: string, words: string, options?: Partial<ITokenConfig>): TokenType {
  return matching(name, new RegExp(`(?:${words})(?=[^A-Za-z0-9._-])`), words[0], options);
}

function sign(name: string, text: string, options?: Partial<ITokenConfig>): TokenType {
  return createToken({ name, pattern: text, label: `'${text}'`, ...options });
}

// layout
const Blank = skipped('Blank', /[ \t]+/, ' \t');
const NoBreakSpace = skipped('NoBreakSpace', /\xc2\xa0/, '\xc2');
const LineEndInArray = skipped('LineEndInArray', /[\r\n]+/, '\r\n');
const CommaOutsideOfArray = skipped('CommaOutsideOfArray', /,/, ',');
const Comment = skipped('Comment', /#[^\r\n]*/, '#');
export const LineEnd = createToken({
  name: 'LineEnd',
  pattern: { exec: matchLineEnd },
  line_breaks: true,
  start_chars_hint: ['\r', '\n'],
});

// values
export const StringText = createToken({
  name: 'StringText',
  pattern: { exec: matchString },
  line_breaks: true,
  start_chars_hint: ['"'],
});
export const Integer = matching('Integer', /[0-9]+/, digits);

// words
export const IncludeShell = keyword('IncludeShell', 'include_shell');
export const Include = keyword('Include', 'include');
export const Global = keyword('Global', 'global');
export const Else = keyword('Else', 'else|elif|elsif|elseif');
/** Of no meaning anywhere: a condition is known by its `$`. */
const If = keyword('If', 'if', { group: Lexer.SKIPPED });
export const Name = matching('Name', /[A-Za-z0-9._-]+(?=[^A-Za-z0-9._-])/, `${letters}${digits}.-`);
/** `HTTP`, `SERVER`, `REQUEST_HEADER`: what stands between a `$` and its brackets. */
export const ConditionName = matching('ConditionName', /[A-Za-z_]+(?=[^A-Za-z_])/, letters);

// assignments and arrays
export const ForceAssign = sign('ForceAssign', ':=');
export const Append = sign('Append', '+=');
export const Plus = sign('Plus', '+');
export const Assign = sign('Assign', '=');
export const ArrayAssign = sign('ArrayAssign', '=>');
export const Comma = sign('Comma', ',');
export const RightParen = sign('RightParen', ')', { pop_mode: true });
export const LeftParen = sign('LeftParen', '(', { push_mode: 'array' satisfies Mode });

// blocks and conditions
export const LeftCurly = sign('LeftCurly', '{');
export const RightCurly = sign('RightCurly', '}');
export const LeftBracket = sign('LeftBracket', '[');
export const RightBracket = sign('RightBracket', ']');
export const Dollar = sign('Dollar', '$', { push_mode: 'condition' satisfies Mode });
/** A second `$` before the operator means nothing. */
const RepeatedDollar = skipped('RepeatedDollar', /\$/, '$');
export const Equal = sign('Equal', '==', { pop_mode: true });
export const Match = sign('Match', '=~', { pop_mode: true });
export const Prefix = sign('Prefix', '=^', { pop_mode: true });
export const Suffix = sign('Suffix', '=$', { pop_mode: true });
export const NotEqual = sign('NotEqual', '!=', { pop_mode: true });
export const NotMatch = sign('NotMatch', '!~', { pop_mode: true });

// what no token begins with; taken as tokens, so that each can be told what is wrong with it
export const UnterminatedString = matching('UnterminatedString', /"[\s\S]*/, '"');
/** Ends a condition all the same, so that what follows it can be understood. */
export const WrongOperator = matching('WrongOperator', /[=!]/, '=!', { pop_mode: true });
export const LastName = matching('LastName', /[A-Za-z0-9._-]+/, `${letters}${digits}.-`);
export const Unexpected = matching(
  'Unexpected',
  /[\x00-\x08\x0b\x0c\x0e-\x1f%&'*/;<>?@\\^`|~\x7f-\xff]+|[ -}]/,
  everyByte,
);

const everywhere = [
  Blank,
  Comment,
  StringText,
  ForceAssign,
  Append,
  Plus,
  LeftParen,
  LeftCurly,
  RightCurly,
  LeftBracket,
  RightBracket,
];
const words = [IncludeShell, Include, Global, Else, If, Integer, Name];
const mistakes = [UnterminatedString, LastName, Unexpected];

export const vocabulary: IMultiModeLexerDefinition = {
  defaultMode: 'statement' satisfies Mode,
  modes: {
    statement: [
      ...everywhere,
      LineEnd,
      CommaOutsideOfArray,
      Assign,
      Dollar,
      ...words,
      NoBreakSpace,
      ...mistakes,
    ],
    array: [
      ...everywhere,
      LineEndInArray,
      Comma,
      RightParen,
      ArrayAssign,
      ...words,
      NoBreakSpace,
      ...mistakes,
    ],
    condition: [
      ...everywhere,
      LineEnd,
      CommaOutsideOfArray,
      ...[Equal, Match, Prefix, Suffix, NotEqual, NotMatch],
      RepeatedDollar,
      ConditionName,
      WrongOperator,
      ...mistakes,
    ],
  } satisfies Record<Mode, TokenType[]>,
};
