import { type KnownTarget, keepTarget, type RequestTarget } from '../../http/request-target.js';

/** Places for targets; one that falls on another's place takes it. */
const places = 256;
const lengthMax = 512;

/**
 * Targets that were read before, as they come in a request line of GET: the same ones are asked for again and again.
 * What was made of one is shared, so that the stat cache need not look at a text that is new each time. One object
 * serves a worker.
 */
export class KnownTargets {
  private readonly targets: (KnownTarget | null)[] = new Array(places).fill(null);

  /** What is known of the target from `start` to `end`; null where it has to be read. */
  find(text: string, start: number, end: number): KnownTarget | null {
    const known = this.targets[placeOf(text, start, end)];
    if (known === null || known.original.length !== end - start) return null;
    return text.startsWith(known.original, start) ? known : null;
  }

  keep(target: Readonly<RequestTarget>): void {
    const { original, authority } = target;
    if (original.length > lengthMax || authority !== null) return;
    this.targets[placeOf(original, 0, original.length)] = keepTarget(target);
  }
}

function placeOf(text: string, start: number, end: number): number {
  const few = text.charCodeAt(end - 1) * 3 + text.charCodeAt(start + ((end - start) >> 1)) * 7;
  return (end - start + few) & (places - 1);
}
