/** What stands between two words: comments, blank lines, line ends. */
export interface Layout {
  /** The comment at the end of the line of the word before; null where there is none. */
  readonly trailing: string | null;
  /** Comments on lines of their own, and `''` for each blank line (one for several); the next word follows them. */
  readonly lines: readonly string[];
  /** Is there a line end? */
  readonly isBroken: boolean;
  /** Is there an `if`, which means nothing and is kept? */
  readonly hasIf: boolean;
}

/** `isFirst`: no word stands before, so no comment belongs to one. */
export function readLayout(text: string, isFirst: boolean): Layout {
  const lines: string[] = [];
  let trailing: string | null = null;
  let lineEnds = isFirst ? 1 : 0;
  let hasIf = false;
  for (const [piece] of text.matchAll(/#[^\r\n]*|\r\n?|\n|if/g)) {
    if (piece === 'if') hasIf = true;
    else if (piece.startsWith('#')) {
      const comment = piece.trimEnd();
      if (lineEnds === 0) trailing = comment;
      else {
        if (lineEnds > 1) lines.push('');
        lines.push(comment);
      }
      lineEnds = 0;
    } else lineEnds++;
    if (piece.startsWith('#')) lineEnds = 0;
  }
  if (lineEnds > 1) lines.push('');
  return { trailing, lines, isBroken: /[\r\n]/.test(text), hasIf };
}

export function hasComments({ trailing, lines }: Layout): boolean {
  return trailing !== null || lines.some((line) => line !== '');
}
