import type { Recoding } from '../http/encode.js';

/**
 * One piece of the target of a rule. A null `recoding` drops the value: lighttpd writes nothing for `${tolower:1}`
 * alone.
 */
export type TemplatePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'rule' | 'condition'; readonly group: number; readonly recoding: Recoding | null }
  | { readonly type: 'url'; readonly name: string; readonly recoding: Recoding | null }
  | { readonly type: 'port' }
  | { readonly type: 'qsa'; readonly recoding: Recoding | null };

type GroupSource = 'rule' | 'condition';

/** What stands in braces (null: nothing), and the place of the closing one. */
interface Braced {
  readonly part: TemplatePart | null;
  readonly end: number;
}

/** How a value stands behind a single `$` or `%`. */
const raw: Recoding = { encoding: 'none', letterCase: 'asis' };
/** How it stands in braces that say nothing else. */
const escaped: Recoding = { encoding: 'escpsnde', letterCase: 'asis' };

/** Takes the target of a rule apart, with every oddity of lighttpd's pcre_keyvalue_buffer_subst. */
export function readTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  const push = (part: TemplatePart | null): void => {
    if (literal !== '') parts.push({ type: 'text', text: literal });
    literal = '';
    if (part !== null) parts.push(part);
  };
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    const next = text[i + 1];
    if ((sign !== '$' && sign !== '%') || next === undefined) {
      literal += sign;
      continue;
    }
    const source: GroupSource = sign === '$' ? 'rule' : 'condition';
    if (next === '{') {
      const braced = readBraces(text, i + 2, source);
      push(braced?.part ?? null);
      // a brace that is not closed ends the target
      if (braced === null) return parts;
      i = braced.end;
      continue;
    }
    if (next >= '0' && next <= '9') push({ type: source, group: Number(next), recoding: raw });
    else literal += sign === next ? sign : sign + next;
    i++;
  }
  push(null);
  return parts;
}

/** Null where the brace is not closed. */
function readBraces(text: string, start: number, source: GroupSource): Braced | null {
  const words = readWords(text, start);
  if (words === null) return null;
  const { at } = words;
  if (text.startsWith('qsa}', at))
    return { part: { type: 'qsa', recoding: recodingOf(words, raw) }, end: at + 3 };
  const end = text.indexOf('}', at);
  if (end < 0) return null;
  if (text.startsWith('url.', at))
    return { part: urlPart(text.slice(at + 4, end), recodingOf(words, raw)), end };
  const group = /^[0-9]{1,2}/.exec(text.slice(at, end))?.[0];
  if (group === undefined) return { part: null, end };
  return { part: { type: source, group: Number(group), recoding: recodingOf(words, escaped) }, end };
}

function urlPart(name: string, recoding: Recoding | null): TemplatePart | null {
  if (name === 'port') return { type: 'port' };
  const known = ['scheme', 'authority', 'authority.noport', 'path', 'query'].includes(name);
  return known ? { type: 'url', name, recoding } : null;
}

type Encoding = Recoding['encoding'];

const encodings: Readonly<Record<string, Encoding>> = {
  'esc:': 'esc',
  'escape:': 'esc',
  'escnde:': 'escnde',
  'escpsnde:': 'escpsnde',
  'noesc:': 'none',
  'noescape:': 'none',
  'encb64u:': 'encb64u',
  'decb64u:': 'decb64u',
};
/** Which one counts where several are named. */
const encodingRank: readonly Encoding[] = ['none', 'esc', 'escnde', 'escpsnde', 'encb64u', 'decb64u'];

/** The words that stand first in braces, and where the rest begins. */
interface Words {
  at: number;
  readonly encodings: Encoding[];
  lower: boolean;
  upper: boolean;
}

/** Null where the text ends in the middle of them. Characters that begin no word are skipped. */
function readWords(text: string, start: number): Words | null {
  const words: Words = { at: start, encodings: [], lower: false, upper: false };
  while (!/^(?:[0-9}]|url\.|qsa\})/.test(text.slice(words.at))) {
    if (words.at >= text.length) return null;
    const word =
      /^(?:(?:enc|dec)b64u:|(?:esc|no|to)[a-z0-9]*:?)/.exec(text.slice(words.at))?.[0] ?? text[words.at];
    if (encodings[word] !== undefined) words.encodings.push(encodings[word]);
    else if (word === 'tolower:') words.lower = true;
    else if (word === 'toupper:') words.upper = true;
    else if (word.length > 1) {
      // an unknown word that begins like a known one is skipped up to the next colon, wherever that is
      words.at = text.indexOf(':', words.at) + 1;
      if (words.at === 0) return null;
      continue;
    }
    words.at += word.length;
  }
  return words;
}

function recodingOf({ encodings: named, lower, upper }: Words, standard: Recoding): Recoding | null {
  if (named.length === 0) return lower || upper ? null : standard;
  const encoding = encodingRank.find((candidate) => named.includes(candidate)) ?? 'none';
  return { encoding, letterCase: lower ? 'lower' : upper ? 'upper' : 'asis' };
}
