/** Railroad diagrams as text. A drawing is a block of lines, of which one is the track that goes through it. */
export interface Drawing {
  readonly lines: readonly string[];
  readonly track: number;
}

export function symbol(text: string): Drawing {
  return { lines: [`─ ${text} ─`], track: 0 };
}

export const nothing: Drawing = { lines: ['──'], track: 0 };

/** One after the other. */
export function sequence(parts: readonly Drawing[]): Drawing {
  if (parts.length === 0) return nothing;
  const above = Math.max(...parts.map(({ track }) => track));
  const below = Math.max(...parts.map(({ lines, track }) => lines.length - track - 1));
  const lines = Array.from({ length: above + 1 + below }, (_, row) =>
    parts
      .map((part) => part.lines[row - above + part.track] ?? ' '.repeat(widthOf(part)))
      .join(row === above ? '─' : ' '),
  );
  return { lines, track: above };
}

/** One of them: the first on the track, the others below. */
export function choice(parts: readonly Drawing[]): Drawing {
  if (parts.length === 1) return parts[0];
  const width = Math.max(...parts.map(widthOf));
  const first = padded(parts[0], width);
  const lines = first.lines.map((line, row) => (row === first.track ? `┬${line}┬` : ` ${line} `));
  let lastBranch = first.track;
  for (const part of parts.slice(1)) {
    const { lines: inner, track } = padded(part, width);
    lastBranch = lines.length + track;
    lines.push(...inner.map((line, row) => (row === track ? `├${line}┤` : ` ${line} `)));
  }
  return {
    lines: lines.map((line, row) => withSides(line, row, first.track, lastBranch)),
    track: first.track,
  };
}

export function option(part: Drawing): Drawing {
  return choice([nothing, part]);
}

/** Once or more often; `separator` stands on the way back. */
export function loop(part: Drawing, separator: string | null): Drawing {
  const back = separator === null ? '' : ` ${separator} `;
  const width = Math.max(widthOf(part), back.length + 2);
  const { lines, track } = padded(part, width);
  const returning = `◄${back}`.padEnd(width, '─');
  return {
    lines: [
      ...lines.map((line, row) => (row === track ? `┬${line}┬` : row > track ? `│${line}│` : ` ${line} `)),
      `└${returning}┘`,
    ],
    track,
  };
}

function widthOf({ lines }: Drawing): number {
  return lines[0].length;
}

function padded({ lines, track }: Drawing, width: number): Drawing {
  return { lines: lines.map((line, row) => line.padEnd(width, row === track ? '─' : ' ')), track };
}

/** The two rails that lead from the track down to the other branches. */
function withSides(line: string, row: number, first: number, last: number): string {
  const inner = line.slice(1, -1);
  if (row === last && row > first) return `└${inner}┘`;
  return line.startsWith(' ') && row > first && row < last ? `│${inner}│` : line;
}
