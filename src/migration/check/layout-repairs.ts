import type { ConfigSyntax } from '../../../grammar/index.js';
import { type SourceFile, SourceText } from '../../base/source-range.js';
import type { ConfigTree } from '../../config/tree.js';
import type { DiagnosticList } from '../../diagnostics/diagnostic.js';

const integerMax = 2_147_483_647;
const notesMax = 100;

/** Notes what lighttpd reads over or changes without a word: stray commas, no-break spaces, numbers of more than 32 bits. */
export function noteLayoutRepairs(
  { sources }: ConfigTree,
  syntax: ConfigSyntax,
  diagnostics: DiagnosticList,
): void {
  for (const source of new Set(sources)) noteRepairs(source, syntax, diagnostics);
}

function noteRepairs(source: SourceFile, syntax: ConfigSyntax, diagnostics: DiagnosticList): void {
  const text = new SourceText(source);
  let notes = 0;
  let layoutStart = 0;
  for (const { image, start, end } of [...syntax.words(source), endOf(source)]) {
    for (const { at, length, summary, detail } of repairsOf(source.text.slice(layoutStart, start)))
      if (notes++ < notesMax)
        diagnostics.note(
          'repaired-text',
          text.range(layoutStart + at, layoutStart + at + length),
          summary,
          detail,
        );
    layoutStart = end;
    if (!/^\d{10,}$/.test(image) || Number(image) <= integerMax) continue;
    const cut = BigInt.asIntN(32, BigInt(image));
    const summary = `${image} is cut to 32 bits: it means ${cut}`;
    diagnostics.warning('repaired-text', text.range(start, end), summary, `Numbers go up to ${integerMax}.`);
  }
}

function endOf({ text }: SourceFile) {
  const nul = text.indexOf('\0');
  const end = nul < 0 ? text.length : nul;
  return { image: '', start: end, end };
}

interface Repair {
  readonly at: number;
  readonly length: number;
  readonly summary: string;
  readonly detail: string;
}

function repairsOf(layout: string): Repair[] {
  const found: Repair[] = [];
  for (const { 0: image, index } of layout.matchAll(/#[^\r\n]*|,|(?:\xc2\xa0)+/g)) {
    if (image === ',')
      found.push({
        at: index,
        length: 1,
        summary: 'A comma outside of a list is read over',
        detail: 'Remove it; or should a list have parentheses here?',
      });
    else if (!image.startsWith('#'))
      found.push({
        at: index,
        length: image.length,
        summary: 'A no-break space is read over',
        detail: 'Write a blank.',
      });
  }
  return found;
}
