import { type CodePoints, complement, fromRanges } from './code-points.js';
import type { CharacterSet } from './nodes.js';
import { PatternError } from './nodes.js';

const digit = fromRanges([[48, 57]]);
const upper = fromRanges([[65, 90]]);
const lower = fromRanges([[97, 122]]);
const letter = fromRanges([
  [65, 90],
  [97, 122],
]);
const space = fromRanges([
  [9, 13],
  [32, 32],
]);
const word = fromRanges([
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]);
const horizontalSpace = fromRanges(
  [9, 32, 0xa0, 0x1680, 0x180e, 0x202f, 0x205f, 0x3000]
    .map((code) => [code, code] as const)
    .concat([[0x2000, 0x200a]]),
);
export const verticalSpace = fromRanges([
  [10, 13],
  [0x85, 0x85],
  [0x2028, 0x2029],
]);
export const lineFeed = fromRanges([[10, 10]]);

/** `\d`, `\W` and so on. Without PCRE2_UCP they know ASCII alone, except for `\h` and `\v`. */
export const escapedClasses: Readonly<Record<string, CodePoints>> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: space,
  S: complement(space),
  h: horizontalSpace,
  H: complement(horizontalSpace),
  v: verticalSpace,
  V: complement(verticalSpace),
};

const posixClasses: Readonly<Record<string, CodePoints>> = {
  alnum: fromRanges([
    [48, 57],
    [65, 90],
    [97, 122],
  ]),
  alpha: letter,
  ascii: fromRanges([[0, 127]]),
  blank: fromRanges([
    [9, 9],
    [32, 32],
  ]),
  cntrl: fromRanges([
    [0, 31],
    [127, 127],
  ]),
  digit,
  graph: fromRanges([[33, 126]]),
  lower,
  print: fromRanges([[32, 126]]),
  punct: fromRanges([
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ]),
  space,
  upper,
  word,
  xdigit: fromRanges([
    [48, 57],
    [65, 70],
    [97, 102],
  ]),
};

/** `[:name:]` and `[:^name:]`. In a pattern that ignores case, `lower` and `upper` mean every letter. */
export function posixClass(name: string, ignoreCase: boolean): CodePoints {
  const isNegated = name.startsWith('^');
  const bare = isNegated ? name.slice(1) : name;
  if (!Object.hasOwn(posixClasses, bare)) throw new PatternError(`[:${name}:] is no class that PCRE knows`);
  const points = ignoreCase && (bare === 'lower' || bare === 'upper') ? letter : posixClasses[bare];
  return isNegated ? complement(points) : points;
}

/** Properties that PCRE has in addition to those of Unicode. */
const ownProperties: Readonly<Record<string, readonly string[]>> = {
  Any: ['\\p{Any}'],
  'L&': ['\\p{Lu}', '\\p{Ll}', '\\p{Lt}'],
  Xan: ['\\p{L}', '\\p{N}'],
  Xwd: ['\\p{L}', '\\p{N}', '_'],
  Xsp: ['\\p{Z}', '\\t-\\r', '\\x85', '\\u180e'],
  Xps: ['\\p{Z}', '\\t-\\r', '\\x85', '\\u180e'],
};

/** `\p{name}`; `name` may begin with `^`. Names are JavaScript's own, or a script's. */
export function propertySet(name: string, isNegated: boolean): CharacterSet {
  const text = name.replaceAll(/[\s_-]/g, '');
  const bare = text.startsWith('^') ? text.slice(1) : text;
  const properties = Object.hasOwn(ownProperties, bare)
    ? ownProperties[bare]
    : [propertyInJavaScript(bare, name)];
  return { type: 'set', points: [], properties, isNegated: isNegated !== text.startsWith('^') };
}

function propertyInJavaScript(bare: string, name: string): string {
  const [key, value] = bare.split(/[=:]/);
  const script = (value ?? key).replace(/^./, (first) => first.toUpperCase());
  const candidates =
    value === undefined ? [bare, `Script_Extensions=${script}`] : [`Script_Extensions=${script}`];
  for (const candidate of candidates) {
    try {
      new RegExp(`\\p{${candidate}}`, 'u');
      return `\\p{${candidate}}`;
    } catch {
      // not this one
    }
  }
  throw new PatternError(`\\p{${name}} is no property that can be asked for`);
}
