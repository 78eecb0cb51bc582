/** A set of code points: pairs of first and last, in rising order, without overlaps. */
export type CodePoints = readonly number[];

export const lastCodePoint = 0x10ffff;

export function fromRanges(ranges: readonly (readonly [number, number])[]): CodePoints {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0]);
  const points: number[] = [];
  for (const [first, last] of sorted) {
    if (points.length > 0 && first <= points[points.length - 1] + 1)
      points[points.length - 1] = Math.max(points[points.length - 1], last);
    else points.push(first, last);
  }
  return points;
}

export function toRanges(points: CodePoints): [number, number][] {
  const ranges: [number, number][] = [];
  for (let i = 0; i < points.length; i += 2) ranges.push([points[i], points[i + 1]]);
  return ranges;
}

export function union(...sets: readonly CodePoints[]): CodePoints {
  return fromRanges(sets.flatMap(toRanges));
}

export function complement(points: CodePoints): CodePoints {
  const ranges: [number, number][] = [];
  let next = 0;
  for (const [first, last] of toRanges(points)) {
    if (first > next) ranges.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= lastCodePoint) ranges.push([next, lastCodePoint]);
  return fromRanges(ranges);
}

export function contains(points: CodePoints, code: number): boolean {
  for (let i = 0; i < points.length; i += 2) if (points[i] <= code && code <= points[i + 1]) return true;
  return false;
}

export function intersect(a: CodePoints, b: CodePoints): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i + 1] < b[j]) i += 2;
    else if (b[j + 1] < a[i]) j += 2;
    else return true;
  }
  return false;
}

/** The part below 128. */
export function asciiPart(points: CodePoints): CodePoints {
  return fromRanges(
    toRanges(points)
      .filter(([first]) => first < 128)
      .map(([first, last]) => [first, Math.min(last, 127)] as const),
  );
}

/** Above this no letter has two cases. */
const lastCased = 0x1e943;

/** Its upper case is I, and yet it does not fold to i. */
const dotlessI = 0x131;

/** Letters that are not met by going from lower to upper case or back: long s, final sigma, title case, ... */
const oddLetters = [
  0xb5, 0x17f, 0x1c5, 0x1c8, 0x1cb, 0x1f2, 0x1e9e, 0x1fbc, 0x1fcc, 0x1ffc, 0x345, 0x3c2, 0x3d0, 0x3d1, 0x3d5,
  0x3d6, 0x3f0, 0x3f1, 0x3f5, 0x1e9b, 0x1fbe, 0x2126, 0x212a, 0x212b,
];

/** With the other cases of its letters. PCRE folds single characters alone: `ß` has no upper case here. */
export function withOtherCases(points: CodePoints): CodePoints {
  const added: [number, number][] = [];
  for (const [first, last] of toRanges(points))
    for (let code = first; code <= Math.min(last, lastCased); code++)
      for (const other of casesOf(code)) added.push([other, other]);
  if (added.length === 0) return points;
  const all = union(points, fromRanges(added));
  const odd = oddLetters.filter((code) => casesOf(code).some((other) => contains(all, other)));
  return union(all, ...odd.map((code) => [code, code]));
}

/** The upper and lower case of a letter, itself among them; nothing for what has no case. */
function casesOf(code: number): number[] {
  const character = String.fromCodePoint(code);
  const upper = character.toUpperCase();
  const lower = upper.toLowerCase();
  if (upper === lower || code === dotlessI) return [];
  return [upper, lower, character.toLowerCase()].filter(isOneCharacter).map((text) => text.codePointAt(0)!);
}

function isOneCharacter(text: string): boolean {
  return text.length === String.fromCodePoint(text.codePointAt(0)!).length;
}
