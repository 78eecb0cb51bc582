import { formatOrigin, type Origin } from '../base/source-range.js';
import type { Diagnostic, Severity } from './diagnostic.js';

const excerptLengthMax = 160;
const includesShownMax = 6;
const words: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** A diagnostic for a terminal or a log: place, problem, the line with the place marked, what to do. Text is latin1. */
export function renderText({ code, severity, summary, detail, origin, related = [] }: Diagnostic): string {
  const place = origin === null ? '' : `${formatOrigin(origin)}: `;
  const lines = [`${place}${words[severity]}: ${summary} [${code}]`];
  if (origin !== null) lines.push(...excerpt(origin));
  if (detail !== undefined) lines.push(`  ${detail}`);
  for (const { message, origin: other } of related) lines.push(`  ${message}: ${formatOrigin(other)}`);
  return [...lines, ...includeChain(origin)].join('\n');
}

function includeChain(origin: Origin | null): string[] {
  const lines: string[] = [];
  for (let from = origin?.source.includedFrom; from; from = from.source.includedFrom)
    lines.push(`  included from ${formatOrigin(from)}`);
  const more = lines.length - includesShownMax;
  return more <= 0 ? lines : [...lines.slice(0, includesShownMax), `  and ${more} includes more`];
}

/** The line of the origin, and carets below its range; nothing where the text is not at hand. */
function excerpt({ source: { text }, start, end, line, column }: Origin): string[] {
  if (text === '') return [];
  const lineStart = start - (column - 1);
  const rest = text.slice(lineStart, lineStart + column + excerptLengthMax);
  const whole = rest.split(/[\r\n]/, 1)[0];
  const skipped = Math.max(0, column - 1 - excerptLengthMax / 2);
  const shown = whole.slice(skipped, skipped + excerptLengthMax).replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '?');
  const indent = shown.slice(0, column - 1 - skipped).replace(/[^\t]/g, ' ');
  const marked = Math.max(1, Math.min(end - start, shown.length - indent.length));
  const margin = String(line).padStart(5);
  return [`${margin} | ${shown}`, `${' '.repeat(margin.length)} | ${indent}${'^'.repeat(marked)}`];
}
