import { type Escape, jsonString } from '../../base/escape-bytes.js';
import type { RequestState } from '../../plugin/request-state.js';
import { type Field, specifiers } from './fields.js';
import type { LineClock } from './line-clock.js';

/** Text between fields, or a field. */
export type FormatPart = string | Field;

export type FormatLine = (request: RequestState, line: LineClock) => string;

/** As in lighttpd, text between two fields counts. */
const partsMax = 127;

/** An `accesslog.format` as its parts, in order; or what is wrong with it. */
export function parseFormat(format: string): readonly FormatPart[] | string {
  if (format === '') return 'the format is empty';
  const parts: FormatPart[] = [];
  // text, or %% and %l; or % with an argument or a modifier, and a letter
  for (const token of format.matchAll(/[^%]+|%[<>]?[%l]|%(?:\{([^}]*)\}|[<>])?(.?)/gs)) {
    const part = readToken(token[0], token[1], token[2]);
    if (typeof part === 'object' && 'problem' in part) return part.problem;
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
    if (parts.length > partsMax) return `more than ${partsMax} fields and texts between them`;
  }
  const strftimes = parts.filter((part) => typeof part !== 'string' && part.usesStrftime).length;
  return strftimes > 1 ? 'more than one strftime time (%t, %{...}t, %{sec}t)' : parts;
}

function readToken(
  token: string,
  argument: string | undefined,
  letter: string | undefined,
): FormatPart | { readonly problem: string } {
  if (!token.startsWith('%')) return token;
  if (letter === undefined) return token.endsWith('%') ? '%' : '-';
  if (argument === '' || letter === '{') return { problem: `${token}: braces hold a name and are closed` };
  const specifier = Object.hasOwn(specifiers, letter) ? specifiers[letter] : undefined;
  if (specifier === undefined)
    return { problem: `${token} is no field: % is followed by one of ${letters()}` };
  const field = specifier(argument ?? '');
  return typeof field === 'string' ? { problem: field } : field;
}

function letters(): string {
  return Object.keys(specifiers).join(' ');
}

/** `\n`, `\t` and the like; any other character after a backslash is itself. */
export function readBackslashes(format: string): string {
  const controls: Readonly<Record<string, string>> = {
    a: '\x07',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    v: '\v',
  };
  return format.replace(/\\(.?)/gs, (_, letter: string) => controls[letter] ?? letter);
}

/** A function that makes a line as the format has it, without its line feed. */
export function compileLine(parts: readonly FormatPart[], escapeText: Escape): FormatLine {
  const pieces = parts.map((part) => (typeof part === 'string' ? part : fieldPiece(part, escapeText)));
  return (request, line) => {
    line.startLine();
    let text = '';
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i];
      text += typeof piece === 'string' ? piece : piece(request, line);
    }
    return text;
  };
}

function fieldPiece(field: Field, escapeText: Escape): FormatLine {
  const { read, ifEmpty = '', isForeign = false } = field;
  if (!isForeign) return ifEmpty === '' ? read : (request, line) => read(request, line) || ifEmpty;
  return (request, line) => {
    const value = read(request, line);
    return value === '' ? ifEmpty : escapeText(value);
  };
}

/** A function that makes a JSON object of the format's fields; text between them is left out. */
export function compileJson(parts: readonly FormatPart[]): FormatLine {
  const fields = parts.filter((part) => typeof part !== 'string' && part.name !== '') as Field[];
  const unique = [...new Map(fields.map((field) => [field.name, field])).values()];
  const starts = unique.map((field, i) => `${i === 0 ? '{' : ','}${JSON.stringify(field.name)}:`);
  const reads = unique.map((field) => field.readJson ?? field.read);
  return (request, line) => {
    line.startLine();
    let text = '';
    for (let i = 0; i < unique.length; i++) {
      const value = reads[i](request, line);
      text += starts[i];
      if (value === '') text += 'null';
      else text += unique[i].isNumber ? value : jsonString(value);
    }
    return text === '' ? '{}' : `${text}}`;
  };
}
