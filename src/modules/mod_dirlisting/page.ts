import type { FolderEntry } from '../../files/read-folder.js';
import { encodeMinimalXml, encodeUriPart } from '../../http/encode.js';
import { listingScript, listingStyle } from './assets.js';

/** What stands around the list. Text is latin1, and HTML already where its name says so. */
export interface PageParts {
  readonly path: string;
  readonly encoding: string;
  readonly cssUrl: string;
  readonly jsUrl: string;
  /** Only the heading and the list, between the two files. */
  readonly isBare: boolean;
  readonly headerHtml: string;
  readonly readmeHtml: string;
  readonly footerHtml: string;
}

/** What all rows of a page share. */
export interface RowParts {
  readonly typeOf: (name: string) => string;
  readonly times: LocalTimes;
}

/** Rows have lighttpd's classes and attributes, for style sheets and programs that know them. */
export function pageStart({ path, encoding, cssUrl, isBare, headerHtml }: PageParts): string {
  const heading = `Index of ${encodeMinimalXml(path)}`;
  const style = cssUrl
    ? `<link rel="stylesheet" type="text/css" href="${cssUrl}">\n`
    : `<style>\n${listingStyle}</style>\n`;
  const charset = encoding ? `<meta charset="${encoding}">\n` : '';
  const viewport = '<meta name="viewport" content="width=device-width">\n';
  const head = `<!DOCTYPE html>\n<html>\n<head>\n${charset}${viewport}<title>${heading}</title>\n${style}</head>\n<body>\n`;
  const columns =
    '<tr><th class="n">Name</th><th class="m">Last Modified</th><th class="s">Size</th><th class="t">Type</th></tr>';
  return [
    isBare ? '' : head,
    headerHtml,
    `<h2>${heading}</h2>\n<div class="list">\n<table>\n<thead>${columns}</thead>\n<tbody>\n`,
    path === '/'
      ? ''
      : `${folderStart}<a href="../">..</a>/</td><td class="m" data-value="-1">&nbsp;${folderEnd}`,
  ].join('');
}

export function pageEnd({ jsUrl, isBare, readmeHtml, footerHtml }: PageParts): string {
  const list = `</tbody>\n</table>\n</div>\n${readmeHtml}`;
  if (isBare) return list;
  const footer = footerHtml ? `<div class="foot">${footerHtml}</div>\n` : '';
  const script = jsUrl ? `<script src="${jsUrl}"></script>\n` : `<script>\n${listingScript}</script>\n`;
  return `${list}${footer}${script}</body>\n</html>\n`;
}

const folderStart = '<tr class="d"><td class="n">';
const folderEnd = '</td><td class="s" data-value="-1">- &nbsp;</td><td class="t">Directory</td></tr>\n';

export function pageRow(
  { name, isDirectory, size, mtime }: FolderEntry,
  { typeOf, times }: RowParts,
): string {
  const href = encodeUriPart(name);
  const shown = encodeMinimalXml(name);
  const time = times.text(mtime);
  if (isDirectory)
    return `${folderStart}<a href="${href}/">${shown}</a>/</td><td class="m">${time}${folderEnd}`;
  const type = typeOf(name) || 'application/octet-stream';
  return `<tr><td class="n"><a href="${href}">${shown}</a></td><td class="m">${time}</td><td class="s" data-value="${size}">${shortSize(size)}</td><td class="t">${type}</td></tr>\n`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Clocks are set forward and back at the full quarter of an hour. */
const quarterSeconds = 900;

/** `2023-Nov-14 22:13:20`, in the time zone of the server. Files of one quarter of an hour share all but its end. */
export class LocalTimes {
  private quarter = Number.NaN;
  /** Up to the hour, and the minute of the quarter's beginning. */
  private hour = '';
  private minute = 0;

  text(epochSeconds: number): string {
    const quarter = Math.floor(epochSeconds / quarterSeconds);
    if (quarter !== this.quarter) this.begin(quarter);
    const seconds = epochSeconds - quarter * quarterSeconds;
    const minutes = Math.floor(seconds / 60);
    return `${this.hour}${two(this.minute + minutes)}:${two(seconds - 60 * minutes)}`;
  }

  private begin(quarter: number): void {
    const time = new Date(quarter * quarterSeconds * 1000);
    this.quarter = quarter;
    this.hour = `${time.getFullYear()}-${months[time.getMonth()]}-${two(time.getDate())} ${two(time.getHours())}:`;
    this.minute = time.getMinutes();
  }
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** `0.1K` to `999.9E`: one digit behind the point, cut off rather than rounded; nothing but nothing is 0.0K. */
export function shortSize(bytes: number): string {
  let size = bytes > 0 && bytes < 100 ? bytes + 99 : bytes;
  let unit = -1;
  let rest: number;
  do {
    rest = size % 1024;
    size = Math.floor(size / 1024);
    unit++;
  } while (size >= 1024);
  if (size > 999) return `0.9${'KMGTPE'[unit + 1]}`;
  return `${size}.${Math.min(9, Math.floor(rest / 100))}${'KMGTPE'[unit]}`;
}

export function jsonListing(entries: readonly FolderEntry[]): string {
  const items = entries.map(
    ({ name, isDirectory, size, mtime }) =>
      `{"name":"${escapeJson(name)}","type":"${isDirectory ? 'dir' : 'file'}","size":${size},"mtime":${mtime}}`,
  );
  return `[${items.join(',')}]`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

/** Names are bytes, and go out as the bytes they are: in JSON that means UTF-8. */
function escapeJson(name: string): string {
  return name.replace(/["\\\x00-\x1f\x7f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return shortEscapes[character] ?? `\\u${code}`;
  });
}
