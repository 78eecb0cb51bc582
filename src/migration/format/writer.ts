import type { Word } from '../../../grammar/index.js';
import { hasComments, type Layout, readLayout } from './layout.js';

export interface FormattedWord extends Word {
  readonly startsStatement: boolean;
}

/** What comes before a word: nothing, a blank, a new line, or a new line of the same statement. */
type Gap = 'none' | 'blank' | 'line' | 'continuation';

interface Enclosing {
  readonly sign: '{' | '(';
  /** Does what is in it stand on lines of its own? Blocks always do. */
  readonly isBroken: boolean;
}

const indentation = '  ';
const elseWord = /^(?:else|elif|elsif|elseif)$/;

/** Writes the words of one text with new layout between them. */
export class Writer {
  private readonly text: string;
  private readonly words: readonly FormattedWord[];
  private readonly layouts: readonly Layout[];
  private readonly enclosing: Enclosing[] = [];
  private readonly out: string[] = [];
  /** Does the text written so far end with a line end? */
  private atLineStart = true;

  constructor(text: string, words: readonly FormattedWord[]) {
    this.text = text;
    this.words = words;
    this.layouts = words.map(({ start }, i) =>
      readLayout(text.slice(i === 0 ? 0 : words[i - 1].end, start), i === 0),
    );
  }

  write(): string {
    const { words } = this;
    for (let i = 0; i < words.length; i++) this.word(i);
    const rest = readLayout(this.text.slice(words.at(-1)?.end ?? 0), words.length === 0);
    this.comments(rest, '', false);
    this.endLine();
    return this.out.join('').replace(/^\n+|\n+(?=\n$)/g, '');
  }

  private word(i: number): void {
    const { image } = this.words[i];
    const layout = this.layouts[i];
    const gap = this.gapBefore(i);
    const inner = this.depth;
    if (image === '}' || image === ')') this.enclosing.pop();
    const isClosing = image === '}' || (image === ')' && inner > this.depth);
    if (gap === 'line' || hasComments(layout))
      this.comments(layout, indentation.repeat(inner), isClosing || this.isOpening(i - 1));
    if (gap === 'line' || gap === 'continuation') this.endLine();
    const isContinued = gap === 'continuation' || (gap !== 'line' && !isClosing && image !== '{');
    if (this.atLineStart) this.put(indentation.repeat(this.depth + (isContinued && i > 0 ? 1 : 0)));
    else if (gap === 'blank') this.put(' ');
    this.put(layout.hasIf && image === '$' ? `if ${image}` : image);
    if (image === '{') this.enclosing.push({ sign: '{', isBroken: true });
    if (image === '(') this.enclosing.push({ sign: '(', isBroken: this.isBrokenList(i) });
  }

  private gapBefore(i: number): Gap {
    const { image, startsStatement } = this.words[i];
    const before = this.words[i - 1]?.image;
    if (before === undefined) return 'none';
    if (image === '}') return before === '{' && !hasComments(this.layouts[i]) ? 'blank' : 'line';
    if (startsStatement) return 'line';
    if (before === '}' && elseWord.test(image)) return hasComments(this.layouts[i]) ? 'line' : 'blank';
    const list = this.enclosing.at(-1);
    if (list?.sign === '(') {
      if (image === ')' && before === '(') return list.isBroken ? 'line' : 'none';
      if (image === ',') return 'none';
      if (image === ')' || before === '(' || before === ',') return list.isBroken ? 'line' : 'blank';
    }
    if (image === '[' || image === ']' || before === '[' || before === '$') return 'none';
    return this.layouts[i].isBroken && (before === '+' || image === '+') ? 'continuation' : 'blank';
  }

  /** The comments before a word, at `indent`. Blank lines beside a bracket that opens or closes are left out. */
  private comments({ trailing, lines }: Layout, indent: string, isAtBracket: boolean): void {
    if (trailing !== null) {
      this.put(this.atLineStart ? trailing : ` ${trailing}`);
      this.endLine();
    }
    lines.forEach((line, index) => {
      const isOutermost = index === 0 || index === lines.length - 1;
      if (line === '' && isAtBracket && isOutermost) return;
      this.endLine();
      this.put(line === '' ? '' : indent + line);
      if (line === '') this.out.push('\n');
      else this.endLine();
    });
  }

  /** A list is broken where a line ends, or a comment stands, before or after one of its elements. */
  private isBrokenList(open: number): boolean {
    let depth = 0;
    for (let i = open + 1; i < this.words.length; i++) {
      const { image } = this.words[i];
      const before = this.words[i - 1].image;
      const isBorder = i === open + 1 || (depth === 0 && (before === ',' || image === ')'));
      if (isBorder && (this.layouts[i].isBroken || hasComments(this.layouts[i]))) return true;
      if (image === '(') depth++;
      else if (image === ')' && depth-- === 0) return false;
    }
    return false;
  }

  private isOpening(i: number): boolean {
    const image = this.words[i]?.image;
    return image === '{' || image === '(';
  }

  private get depth(): number {
    return this.enclosing.reduce((depth, { isBroken }) => depth + (isBroken ? 1 : 0), 0);
  }

  private put(text: string): void {
    if (text === '') return;
    this.out.push(text);
    this.atLineStart = false;
  }

  private endLine(): void {
    if (this.atLineStart) return;
    this.out.push('\n');
    this.atLineStart = true;
  }
}
