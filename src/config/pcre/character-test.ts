import { contains } from './code-points.js';
import type { CharacterSet } from './nodes.js';
import { asciiPointsOf } from './parse-class.js';

/** Answers whether a set has a character: at once for ASCII. */
export class CharacterTest {
  /** One byte for each character below 128. */
  readonly ascii = new Uint8Array(128);
  private readonly set: CharacterSet;
  private readonly property: RegExp | null;

  constructor(set: CharacterSet) {
    this.set = set;
    const ascii = asciiPointsOf(set);
    for (let code = 0; code < 128; code++) if (contains(ascii, code)) this.ascii[code] = 1;
    this.property = set.properties.length > 0 ? new RegExp(`[${set.properties.join('')}]`, 'u') : null;
  }

  has(code: number): boolean {
    if (code < 128) return this.ascii[code] === 1;
    const { points, isNegated } = this.set;
    if (this.property === null) return contains(points, code);
    return (contains(points, code) || this.property.test(String.fromCodePoint(code))) !== isNegated;
  }
}
