import type { Origin } from '../base/source-range.js';

/** A place in the terms of other programs: text is theirs (Unicode), and the end is given, too. */
export interface Place {
  readonly file: string;
  /** Lines and columns count from 1; columns are UTF-16 units, and the end is behind the last one. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

export function placeOf({ source: { name, text }, start, end, line, column }: Origin): Place {
  const lines = text.slice(start, end).split(/\r\n?|\n/);
  const before = text.slice(start - (column - 1), start);
  const last = lines[lines.length - 1];
  return {
    file: unicodeOf(name),
    line,
    column: unicodeOf(before).length + 1,
    endLine: line + lines.length - 1,
    endColumn: unicodeOf(lines.length === 1 ? before + last : last).length + 1,
    offset: start,
    length: end - start,
  };
}

/** Where the text was included from, the nearest place first. */
export function includeChain(origin: Origin): Origin[] {
  const chain: Origin[] = [];
  for (let from = origin.source.includedFrom; from !== null; from = from.source.includedFrom)
    chain.push(from);
  return chain;
}

/** Configuration text is bytes, one character each; what is no UTF-8 among them is replaced. */
export function unicodeOf(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
