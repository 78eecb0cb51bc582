/** Bytes `first` to `last` of a representation, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

const rangesMax = 128;
const unsortedRangesMax = 10;
/** Ranges less than this far apart are sent as one: the head of a part takes about as much. */
const gapMin = 80;
const int64Limit = 2n ** 63n - 1n;

/**
 * The ranges that a Range header asks of a body of `size` bytes, in its order, near ones merged (http_range.c).
 * Null where the header is to be ignored: another unit, or an empty body. No range at all: answer 416.
 */
export function parseRanges(header: string, size: number): ByteRange[] | null {
  if (size === 0 || header.slice(0, 6).toLowerCase() !== 'bytes=') return null;
  const ranges: ByteRange[] = [];
  let isSorted = true;
  for (let at = 6; at <= header.length; at++) {
    const comma = header.indexOf(',', at);
    const end = comma < 0 ? header.length : comma;
    const range = parseRange(header.slice(at, end), size);
    at = end;
    if (range === null) continue;
    const previous = ranges.at(-1);
    if (previous === undefined || previous.last < range.first - gapMin) ranges.push(range);
    else if (previous.first <= range.first) previous.last = Math.max(previous.last, range.last);
    else if (ranges.length >= unsortedRangesMax) break;
    else {
      ranges.push(range);
      isSorted = false;
    }
    if (ranges.length >= (isSorted ? rangesMax : unsortedRangesMax)) break;
  }
  return isSorted ? ranges : mergeNear(ranges);
}

/** `bytes 0-499/1234`, for one range or the head of a part. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.first}-${range.last}/${size}`;
}

/**
 * Numbers are read as C reads them: blanks before, a sign. A `-` before the first number makes it a count of bytes
 * from the end.
 */
const rangeSyntax = /^[ \t\n\v\f\r]*([+-]?\d+)[ \t]*(-(?:[ \t\n\v\f\r]*([+-]?\d+))?)?$/;

/** One element of the list; null where it is no range, or one that starts behind the end. */
function parseRange(text: string, size: number): ByteRange | null {
  const parts = rangeSyntax.exec(trimBlanksAtEnd(text));
  if (parts === null) return null;
  const [, firstText, dash, lastText] = parts;
  const first = readInteger(firstText);
  if (first < 0) {
    if (dash !== undefined || first === Number.NEGATIVE_INFINITY) return null;
    return { first: Math.max(0, size + first), last: size - 1 };
  }
  if (dash === undefined || first >= size) return null;
  if (lastText === undefined) return { first, last: size - 1 };
  const last = readInteger(lastText);
  return last < first || last === Number.POSITIVE_INFINITY ? null : { first, last: Math.min(last, size - 1) };
}

function trimBlanksAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(0, end);
}

/** Infinite where the number does not fit into 64 bits. */
function readInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  if (Math.abs(value) > 2 ** 64) return value * Number.POSITIVE_INFINITY;
  const exact = BigInt(text.replace('+', ''));
  if (exact >= int64Limit) return Number.POSITIVE_INFINITY;
  return exact < -int64Limit ? Number.NEGATIVE_INFINITY : value;
}

/** Merges what lies near or overlaps, whatever the order; few enough come here to compare each with each. */
function mergeNear(ranges: ByteRange[]): ByteRange[] {
  for (let i = 0; i < ranges.length; i++) {
    for (let j = i + 1; j < ranges.length; j++) {
      if (!areNear(ranges[i], ranges[j])) continue;
      ranges[i].first = Math.min(ranges[i].first, ranges[j].first);
      ranges[i].last = Math.max(ranges[i].last, ranges[j].last);
      ranges.splice(j, 1);
      i = -1;
      break;
    }
  }
  return ranges;
}

function areNear(a: ByteRange, b: ByteRange): boolean {
  return a.first <= b.first ? a.last >= b.first - gapMin : b.last >= a.first - gapMin;
}
