import type { DiagnosticList } from '../diagnostics/diagnostic.js';
import { renderText } from '../diagnostics/render-text.js';

/** Text is latin1, one character a byte, as in configurations. */
export function printOutput(text: string): void {
  process.stdout.write(text, 'latin1');
}

/** For formats that are Unicode, as JSON is. */
export function printUnicode(text: string): void {
  process.stdout.write(text, 'utf8');
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`, 'latin1');
}

export function printDiagnostics({ items }: DiagnosticList): void {
  for (const diagnostic of items) printError(renderText(diagnostic));
}

/** A word of the command line as the bytes that the operator wrote. */
export function latin1Of(word: string): string {
  return Buffer.from(word, 'utf8').toString('latin1');
}
