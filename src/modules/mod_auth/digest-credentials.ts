import { decodePath } from '../../http/decode-path.js';

const parameterNames = [
  'username',
  'realm',
  'nonce',
  'uri',
  'algorithm',
  'qop',
  'cnonce',
  'nc',
  'response',
  'username*',
  'userhash',
] as const;
type ParameterName = (typeof parameterNames)[number];

/** What a client sent after `Digest `, by name. Quotes are taken off; backslashes inside of them are kept. */
export type DigestCredentials = { readonly [Name in ParameterName]?: string };

const separators = /[ \t,]*/y;
/** As long as the longest name and one more, so that a long text costs no more than a pass over it. */
const nameToken = /[^= \t]{0,10}/y;
const equalsSign = /[ \t]*=[ \t]*/y;
const quotedValue = /"((?:[^"\\]|\\.)*)"/sy;
const plainValue = /[^, \t]*/y;

/**
 * Reads the parameters as the reference does: a later one replaces an earlier one, text that is no known parameter
 * is passed over a character at a time, and a broken one ends the list.
 */
export function parseDigestCredentials(text: string): DigestCredentials {
  const found: Partial<Record<ParameterName, string>> = {};
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match !== null) position = pattern.lastIndex;
    return match;
  };
  while (position < text.length) {
    take(separators);
    const start = position;
    const token = take(nameToken)![0];
    const name = parameterNames.find((known) => known === token);
    if (name === undefined) {
      position = start + 1;
      continue;
    }
    if (take(equalsSign) === null) break;
    const value = text[position] === '"' ? take(quotedValue)?.[1] : take(plainValue)![0];
    if (value === undefined) break;
    found[name] = value;
    const comma = text.indexOf(',', position);
    if (comma < 0) break;
    position = comma + 1;
  }
  return found;
}

/** The extended notation of a name (RFC 8187): `UTF-8'en'J%C3%BCrgen`. An error's text and place in mod_auth.c. */
export function decodeExtendedName(
  value: string,
): string | { readonly line: number; readonly problem: string } {
  const [, charset, encoded] = /^(utf-8|iso-8859-1)'[^']*'(.*)$/is.exec(value) ?? [];
  if (charset === undefined) return { line: 1324, problem: 'ext-value' };
  const name = decodePath(encoded);
  if (charset.toLowerCase() === 'utf-8' && !isUtf8(name)) return { line: 1335, problem: 'invalid UTF-8' };
  if (name.length > 256) return { line: 1341, problem: 'too long' };
  if (/[\x00-\x1f\x7f]/.test(name)) return { line: 1349, problem: 'contains ctrl chars' };
  return name;
}

function isUtf8(latin1: string): boolean {
  const bytes = Buffer.from(latin1, 'latin1');
  return bytes.equals(Buffer.from(bytes.toString('utf8'), 'utf8'));
}
