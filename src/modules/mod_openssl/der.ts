/** One element of DER (X.690): its tag, and where its content lies. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** All of it, tag and length included. */
  readonly whole: Buffer;
}

/** The elements that stand in `data` one behind the other. What is not DER ends the list. */
export function derElements(data: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at + 2 <= data.length; ) {
    let length = data[at + 1];
    let start = at + 2;
    if (length >= 0x80) {
      const bytes = length & 0x7f;
      if (bytes === 0 || bytes > 4 || start + bytes > data.length) break;
      length = data.readUIntBE(start, bytes);
      start += bytes;
    }
    if (start + length > data.length) break;
    const end = start + length;
    elements.push({ tag: data[at], content: data.subarray(start, end), whole: data.subarray(at, end) });
    at = end;
  }
  return elements;
}

/** The content of the element that `path` leads to, counted from 0 at each level; null where there is none. */
export function derAt(data: Buffer, path: readonly number[]): DerElement | null {
  let element: DerElement | undefined;
  for (const index of path) {
    element = derElements(element === undefined ? data : element.content)[index];
    if (element === undefined) return null;
  }
  return element ?? null;
}

/** An object identifier as numbers with dots. */
export function objectIdentifier(content: Buffer): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (numbers.length === 0)
      numbers.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else numbers.push(value);
    value = 0;
  }
  return numbers.join('.');
}
