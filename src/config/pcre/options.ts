import { PatternError } from './nodes.js';
import type { Reader } from './reader.js';

/** What `(?…)` can switch on and off. */
export interface Options {
  ignoreCase: boolean;
  multiline: boolean;
  dotAll: boolean;
  extended: boolean;
  extendedMore: boolean;
  noCapture: boolean;
  ungreedy: boolean;
  /** Text of a `\Q…\E` that is to be taken in next. */
  quoted: string;
}

export const noOptions: Readonly<Options> = {
  ignoreCase: false,
  multiline: false,
  dotAll: false,
  extended: false,
  extendedMore: false,
  noCapture: false,
  ungreedy: false,
  quoted: '',
};

/** Things that begin with `(?` or `(*`, which PCRE knows and JavaScript's engine cannot do. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/\(\?R/y, 'recursion, (?R), is not possible here'],
  [/\(\?\|/y, 'groups that share their numbers, (?|, are not possible here'],
  [/\(\?\(/y, 'conditions inside of a pattern, (?(, are not possible here'],
  [/\(\?C/y, 'callouts, (?C, are not possible here'],
  [/\(\?(?:P?<|')/y, 'a group has no proper name'],
  [/\(\*/y, 'verbs such as (*SKIP) are not possible here'],
];

/** Reads the letters after `(?`, and gives the options that then hold. The `:` or `)` after them is left. */
export function readOptions(reader: Reader, options: Options): Options {
  for (const [start, reason] of refused) if (reader.match(start)) throw new PatternError(reason);
  reader.match(/\(\?/y);
  const isReset = reader.take('^');
  const changed = isReset ? { ...noOptions, ungreedy: options.ungreedy } : { ...options };
  const letters = reader.match(/(?:xx|[imsxnJU])*(?:-(?:xx|[imsxnJU])*)?/y)![0];
  if (isReset && letters.includes('-')) throw new PatternError('after (?^ no option can be switched off');
  let value = true;
  for (let i = 0; i < letters.length; i++) {
    if (letters[i] === '-') value = false;
    else if (letters[i] === 'x' && letters[i + 1] === 'x') {
      changed.extended = changed.extendedMore = value;
      i++;
    } else set(changed, letters[i], value);
  }
  return changed;
}

function set(options: Options, letter: string, value: boolean): void {
  if (letter === 'i') options.ignoreCase = value;
  else if (letter === 'm') options.multiline = value;
  else if (letter === 's') options.dotAll = value;
  else if (letter === 'n') options.noCapture = value;
  else if (letter === 'U') options.ungreedy = value;
  else if (letter === 'J') throw new PatternError('groups of one name, (?J), are not possible here');
  else {
    options.extended = value;
    options.extendedMore = false;
  }
}
