import { assertionKinds } from './program.js';

const lineFeed = 10;

/** Does the assertion, an index into `assertionKinds`, hold at this position? */
export function holdsAt(text: string, at: number, kind: number): boolean {
  switch (assertionKinds[kind]) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'endOrLastLineEnd':
      return at === text.length || (at === text.length - 1 && text.charCodeAt(at) === lineFeed);
    case 'lineStart':
      return at === 0 || (at < text.length && text.charCodeAt(at - 1) === lineFeed);
    case 'lineEnd':
      return at === text.length || text.charCodeAt(at) === lineFeed;
    case 'wordBoundary':
      return isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at));
    case 'noWordBoundary':
      return isWord(text.charCodeAt(at - 1)) === isWord(text.charCodeAt(at));
    default:
      return false;
  }
}

/** Without PCRE2_UCP words are of ASCII; NaN, beyond the text, is none. */
function isWord(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 97 && lower <= 122 && code < 128) || (code >= 48 && code <= 57) || code === 95;
}
