import { SaxesParser } from 'saxes';

/** An element of a request's body. Text is latin1, a character a byte of UTF-8. */
export interface XmlElement {
  readonly name: string;
  /** Empty where there is none. */
  readonly namespace: string;
  readonly children: readonly (XmlElement | string)[];
}

interface OpenElement extends XmlElement {
  readonly children: (XmlElement | string)[];
}

/** Elements in elements: whoever goes deeper wants to exhaust the server, as in lighttpd (libxml2). */
const depthMax = 256;

/** Reads a document; null where it is not well-formed. Entities of its own are left out and nothing else is fetched. */
export function parseXml(body: Buffer): XmlElement | null {
  const text = decode(body);
  if (text === null) return null;
  const root: OpenElement = { name: '', namespace: '', children: [] };
  const open: OpenElement[] = [root];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('doctype', (declaration) => {
    // those that are made of others, which grow without bound, stay unknown
    for (const [, name, value] of declaration.matchAll(/<!ENTITY\s+([^\s%]+)\s+("[^"]*"|'[^']*'|\w)/g))
      if (!value.includes('&')) parser.ENTITIES[name] = '';
  });
  parser.on('opentag', ({ local, uri }) => {
    if (open.length > depthMax) throw new Error('nested too deep');
    const element: OpenElement = { name: toBytes(local), namespace: toBytes(uri), children: [] };
    open[open.length - 1].children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (content: string): void => {
    open[open.length - 1].children.push(toBytes(content));
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  try {
    parser.write(text).close();
  } catch {
    return null;
  }
  return elementsOf(root)[0] ?? null;
}

/** Null where the bytes are not what they say. */
function decode(body: Buffer): string | null {
  const isUtf16 = body.length > 1 && ((body[0] === 0xff && body[1] === 0xfe) || body[0] + body[1] === 0x1fd);
  const declared = /^<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']/.exec(body.toString('latin1', 0, 200))?.[1];
  const encoding = isUtf16 ? (body[0] === 0xff ? 'utf-16le' : 'utf-16be') : (declared ?? 'utf-8');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

export function elementsOf({ children }: XmlElement): XmlElement[] {
  return children.filter((child): child is XmlElement => typeof child !== 'string');
}

/** What stands in an element, as XML that means the same in any place. */
export function innerXml({ children }: XmlElement): string {
  return children.map((child) => (typeof child === 'string' ? escapeText(child) : outerXml(child))).join('');
}

function outerXml(element: XmlElement): string {
  const inner = innerXml(element);
  const start = `<${element.name} xmlns="${escapeText(element.namespace)}"`;
  return inner === '' ? `${start}/>` : `${start}>${inner}</${element.name}>`;
}

export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}
