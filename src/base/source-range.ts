/**
 * Places in configuration text. A `SourceFile` is one text that was read (a file, standard input, the output of
 * an include_shell); an `Origin` is a range in it. Both are plain data, so that they can be sent to workers.
 */
export interface SourceFile {
  /** Name as the operator wrote it or as a glob found it; `-` for standard input. */
  readonly name: string;
  /** The text in latin1 (one character a byte); empty once sent to a worker. */
  readonly text: string;
  /** The `include` that brought this text in; null for the main file. */
  readonly includedFrom: Origin | null;
}

/** A range of a source file: byte offsets, and the 1-based line and column of its start. */
export interface Origin {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`, the form editors and terminals make clickable. */
export function formatOrigin(origin: Origin): string {
  return `${origin.source.name}:${origin.line}:${origin.column}`;
}

/** Makes origins in one text. */
export class SourceText {
  readonly source: SourceFile;
  private readonly lineStarts: number[];
  /** Index of the line found last: the next one asked for is mostly the same, or a near one. */
  private line = 0;

  constructor(source: SourceFile) {
    this.source = source;
    this.lineStarts = findLineStarts(source.text);
  }

  range(start: number, end: number): Origin {
    const starts = this.lineStarts;
    if (start < starts[this.line] || start >= (starts[this.line + 1] ?? Infinity))
      this.line = this.find(start);
    return { source: this.source, start, end, line: this.line + 1, column: start - starts[this.line] + 1 };
  }

  private find(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  const lineEnd = /\r\n?|\n/g;
  while (lineEnd.test(text)) starts.push(lineEnd.lastIndex);
  return starts;
}
