/**
 * File names by pattern, as glob(3) with braces does it: `*`, `?`, `[a-z]`, `[!a-z]`, `{one,two}` and backslash escapes.
 * The names of one alternative come in the order of their bytes; hidden files are met by a pattern that names the dot.
 */
export interface Folders {
  /** Names in a folder, latin1; empty where it cannot be read. */
  list(folder: string): string[];
  exists(path: string): boolean;
}

/** Alternatives of braces; a pattern that would give more is refused. */
const alternativesMax = 1000;

/** Null where the braces stand for too many names. */
export function glob(pattern: string, folders: Folders): string[] | null {
  const patterns: string[] = [];
  if (!expandBraces(pattern, patterns)) return null;
  return patterns.flatMap((alternative) => match(alternative, folders));
}

function expandBraces(pattern: string, into: string[]): boolean {
  const open = findUnescaped(pattern, '{', 0);
  const close = open < 0 ? -1 : matchingBrace(pattern, open);
  if (close < 0) {
    into.push(pattern);
    return into.length <= alternativesMax;
  }
  const before = pattern.slice(0, open);
  const after = pattern.slice(close + 1);
  return splitAlternatives(pattern.slice(open + 1, close)).every((part) =>
    expandBraces(before + part + after, into),
  );
}

function findUnescaped(text: string, character: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === character) return i;
  }
  return -1;
}

function matchingBrace(pattern: string, open: number): number {
  let depth = 0;
  for (let i = open; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === '{') depth++;
    else if (pattern[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

function splitAlternatives(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '{') depth++;
    else if (text[i] === '}') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function match(pattern: string, folders: Folders): string[] {
  const segments = pattern.split('/');
  let paths = [''];
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    const next: string[] = [];
    for (const path of paths) {
      if (!/[*?[]/.test(segment.replace(/\\./g, '')))
        next.push(path + withoutEscapes(segment) + (isLast ? '' : '/'));
      else {
        const expression = segmentPattern(segment);
        for (const name of folders.list(path === '' ? '.' : path).sort())
          if (expression.test(name)) next.push(path + name + (isLast ? '' : '/'));
      }
    }
    paths = next;
  });
  return paths.filter((path) => folders.exists(path));
}

function withoutEscapes(segment: string): string {
  return segment.replace(/\\(.)/gs, '$1');
}

const classNames: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
};

function segmentPattern(segment: string): RegExp {
  let source = segment.startsWith('.') || segment.startsWith('\\.') ? '' : '(?!\\.)';
  for (let i = 0; i < segment.length; i++) {
    const character = segment[i];
    const bracket = character === '[' ? bracketEnd(segment, i) : -1;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (bracket > 0) {
      source += bracketPattern(segment.slice(i + 1, bracket));
      i = bracket;
    } else source += quote(character === '\\' && i + 1 < segment.length ? segment[++i] : character);
  }
  return new RegExp(`^${source}$`, 's');
}

/** The `]` that closes the bracket; -1 where it is an ordinary character. One right after the start is a member. */
function bracketEnd(segment: string, open: number): number {
  let i = open + 1;
  if (segment[i] === '!' || segment[i] === '^') i++;
  if (segment[i] === ']') i++;
  for (; i < segment.length; i++) {
    if (segment.startsWith('[:', i)) i = Math.max(i, segment.indexOf(':]', i) + 1);
    else if (segment[i] === ']') return i;
  }
  return -1;
}

function bracketPattern(content: string): string {
  const isNegated = content.startsWith('!') || content.startsWith('^');
  const members = (isNegated ? content.slice(1) : content).replace(
    /\[:([a-z]+):\]|([\\\]^[])/g,
    (_, name, special) => (special ? `\\${special}` : (classNames[name] ?? '')),
  );
  return `[${isNegated ? '^' : ''}${members}]`;
}

function quote(character: string): string {
  return character.replace(/[\\^$.|?*+()[\]{}/-]/, '\\$&');
}
