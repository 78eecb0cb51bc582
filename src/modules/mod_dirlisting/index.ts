/**
 * mod_dirlisting: lists folders that have no index file, as a page or, with `?json`, for programs. Runs where a module
 * is looked for that makes the answer, on paths that end with a slash.
 */
import { joinPath } from '../../base/path.js';
import {
  bool,
  type ConfigOf,
  list,
  map,
  type ReadContext,
  readNumber,
  string,
} from '../../config/directive.js';
import { Pattern } from '../../config/pattern.js';
import type { ArrayValue } from '../../config/tree.js';
import { whyNoDirectory } from '../../files/folders.js';
import { type FolderEntry, readFolder } from '../../files/read-folder.js';
import { readText } from '../../files/read-text.js';
import { containsSymlink } from '../../files/stat-cache.js';
import { encodeMinimalXml } from '../../http/encode.js';
import { isGetOrHead } from '../../http/methods.js';
import { answerError } from '../../plugin/answer.js';
import { defineModule } from '../../plugin/define-module.js';

import { HandlerResult, type MaybeAsync } from '../../plugin/handler-result.js';
import type { RequestState } from '../../plugin/request-state.js';
import { appendCached, keepListing, type ListingCache } from './listing-cache.js';
import { jsonListing, LocalTimes, type PageParts, pageEnd, pageRow, pageStart } from './page.js';

const maxAgeDefault = 15;

function readPattern(text: string, context: ReadContext): Pattern | undefined {
  const pattern = Pattern.compile(text);
  return typeof pattern === 'string' ? context.fail(`${context.key}: ${pattern}`) : pattern;
}

/** The name of a file in each folder; "enable" means the usual one. */
function readFileName(usual: string): (text: string) => string {
  return (text) => (text === 'enable' ? usual : text === 'disable' ? '' : text);
}

function readCache(array: ArrayValue, context: ReadContext): ListingCache | undefined {
  const find = (name: string) => array.elements.find(({ key }) => key?.toLowerCase() === name)?.value;
  const age = find('max-age');
  const maxAge = (age && readNumber(age)) ?? maxAgeDefault;
  const path = find('path');
  if (path === undefined)
    return maxAge === 0 ? { path: '', maxAge } : context.fail('dir-listing.cache needs a "path"');
  if (path.type !== 'string') return context.fail('the "path" of dir-listing.cache should be a string');
  const problem = whyNoDirectory(path.value);
  if (problem === 'it is not a folder') return context.fail(`dir-listing.cache ${path.value}: ${problem}`);
  if (problem !== null)
    context.warn(`dir-listing.cache ${path.value}: ${problem}`, 'Nothing is cached there.');
  return { path: path.value, maxAge };
}

const directives = {
  'dir-listing.activate': bool({
    scope: 'connection',
    since: '1.4.1',
    doc: 'List folders that have no index file.',
    example: 'dir-listing.activate = "enable"',
  }),
  'server.dir-listing': bool({
    scope: 'connection',
    since: '1.4.1',
    aliasOf: 'dir-listing.activate',
    doc: 'Another name of dir-listing.activate.',
    example: 'server.dir-listing = "enable"',
  }),
  'dir-listing.exclude': list<Pattern, readonly Pattern[], readonly Pattern[]>({
    scope: 'connection',
    since: '1.4.1',
    default: [],
    entry: readPattern,
    doc: 'Patterns of names that are left out.',
    example: 'dir-listing.exclude = ( "~$" )',
  }),
  'dir-listing.hide-dotfiles': bool({
    scope: 'connection',
    since: '1.4.1',
    default: true,
    doc: 'Leave names out that begin with a dot.',
    example: 'dir-listing.hide-dotfiles = "enable"',
  }),
  'dir-listing.external-css': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The URL of a style sheet that takes the place of the built-in one.',
    example: 'dir-listing.external-css = "/listing.css"',
  }),
  'dir-listing.external-js': string({
    scope: 'connection',
    since: '1.4.42',
    default: '',
    doc: 'The URL of a script that takes the place of the built-in one.',
    example: 'dir-listing.external-js = "/listing.js"',
  }),
  'dir-listing.encoding': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    doc: 'The character encoding that the Content-Type of the page names. Empty: it names none.',
    example: 'dir-listing.encoding = "iso-8859-1"',
  }),
  'dir-listing.show-readme': string({
    scope: 'connection',
    since: '1.4.1',
    default: '',
    entry: readFileName('README.txt'),
    doc: 'The file of the folder, or below the document root, whose text stands below the list. "enable": README.txt.',
    example: 'dir-listing.show-readme = "enable"',
  }),
  'dir-listing.hide-readme-file': bool({
    scope: 'connection',
    since: '1.4.9',
    doc: 'Leave the file of dir-listing.show-readme out of the list.',
    example: 'dir-listing.hide-readme-file = "enable"',
  }),
  'dir-listing.encode-readme': bool({
    scope: 'connection',
    since: '1.4.23',
    default: true,
    doc: 'Show the file of dir-listing.show-readme as text. Where disabled it is taken as HTML.',
    example: 'dir-listing.encode-readme = "enable"',
  }),
  'dir-listing.show-header': string({
    scope: 'connection',
    since: '1.4.9',
    default: '',
    entry: readFileName('HEADER.txt'),
    doc: 'The file of the folder, or below the document root, whose text stands above the list. "enable": HEADER.txt.',
    example: 'dir-listing.show-header = "enable"',
  }),
  'dir-listing.hide-header-file': bool({
    scope: 'connection',
    since: '1.4.9',
    doc: 'Leave the file of dir-listing.show-header out of the list.',
    example: 'dir-listing.hide-header-file = "enable"',
  }),
  'dir-listing.encode-header': bool({
    scope: 'connection',
    since: '1.4.23',
    default: true,
    doc: 'Show the file of dir-listing.show-header as text. Where disabled it is taken as HTML.',
    example: 'dir-listing.encode-header = "enable"',
  }),
  'dir-listing.set-footer': string({
    scope: 'connection',
    since: '1.4.17',
    default: '',
    doc: 'Text at the end of the page. Empty: the server tag.',
    example: 'dir-listing.set-footer = "the archive"',
  }),
  'dir-listing.auto-layout': bool({
    scope: 'connection',
    since: '1.4.23',
    default: true,
    doc: 'Write a whole page. Where disabled, header and footer of the page come from the files shown above and below.',
    example: 'dir-listing.auto-layout = "enable"',
  }),
  'dir-listing.sort': bool({
    scope: 'connection',
    since: '1.4.74',
    default: true,
    doc: 'Sort the names. Where disabled they come as the file system gives them, as they are read.',
    example: 'dir-listing.sort = "enable"',
  }),
  'dir-listing.cache': map<ListingCache, ListingCache>({
    scope: 'connection',
    since: '1.4.60',
    default: { path: '', maxAge: 0 },
    build: readCache,
    doc: 'Keep rendered lists in the folder "path" for "max-age" seconds (15 where it is not set).',
    example: 'dir-listing.cache = ( "max-age" => 60, "path" => "/var/tmp" )',
  }),
};

type Config = ConfigOf<typeof directives>;

interface State {
  /** Folders being read, and how many may be at a time. */
  inProgress: number;
  readonly inProgressMax: number;
}

export const modDirlisting = defineModule({
  name: 'mod_dirlisting',
  directives,
  isUsed: (config) => config['dir-listing.activate'] === true,
  start: ({ server }): State => ({ inProgress: 0, inProgressMax: Math.max(1, server.connectionsMax >> 4) }),
  hooks: { subrequestStart: listFolder },
  explain: (request, config) =>
    isAskedFor(request, config)
      ? [{ text: `lists the folder ${request.physical.path}`, origin: null, takes: true }]
      : [],
});

function isAskedFor({ handler, uri, method }: RequestState, config: Config): boolean {
  return config['dir-listing.activate'] && handler === null && uri.path.endsWith('/') && isGetOrHead(method);
}

function listFolder(request: RequestState, config: Config, state: State): MaybeAsync<HandlerResult> {
  const { uri, physical, conf } = request;
  if (!isAskedFor(request, config)) return HandlerResult.goOn;
  if (conf.logRequestHandling) {
    conf.errorLog.debug('mod_dirlisting.c.1502', '-- handling the request as Dir-Listing');
    conf.errorLog.debug('mod_dirlisting.c.1504', `URI          : ${uri.path}`);
  }
  const isJson = uri.query === 'json';
  const cache = config['dir-listing.cache'];
  if (cache.maxAge > 0 && appendCached(request, cache, isJson)) return finish(request, config, isJson);
  if (state.inProgress >= state.inProgressMax) {
    request.responseHeaders.set('Retry-After', '2');
    return answerError(request, 503);
  }
  if (!conf.followSymlink && containsSymlink(physical.path))
    return refuse(request, 'it is behind a symbolic link');
  state.inProgress++;
  return answerWithListing(request, config, isJson).finally(() => {
    state.inProgress--;
  });
}

async function answerWithListing(
  request: RequestState,
  config: Config,
  isJson: boolean,
): Promise<HandlerResult> {
  let entries: FolderEntry[];
  try {
    entries = await readFolder(request.physical.path, (name) => isShown(name, config));
  } catch (error) {
    return refuse(request, (error as Error).message);
  }
  const listing = isJson ? jsonListing(entries) : await renderPage(request, config, entries);
  request.responseBody.append(listing);
  const cache = config['dir-listing.cache'];
  if (cache.maxAge > 0) await keepListing(request, cache, isJson, listing);
  return finish(request, config, isJson);
}

function refuse(request: RequestState, problem: string): HandlerResult {
  request.conf.errorLog.error('mod_dirlisting.c', `cannot list ${request.physical.path}: ${problem}`);
  return answerError(request, 403);
}

function isShown(name: string, config: Config): boolean {
  if (name.startsWith('.') && config['dir-listing.hide-dotfiles']) return false;
  if (config['dir-listing.hide-readme-file'] && name === config['dir-listing.show-readme']) return false;
  if (config['dir-listing.hide-header-file'] && name === config['dir-listing.show-header']) return false;
  return !config['dir-listing.exclude'].some((pattern) => pattern.test(name));
}

/** Rows made between two chances for other work. */
const sliceLength = 512;

async function renderPage(request: RequestState, config: Config, entries: FolderEntry[]): Promise<string> {
  const parts: PageParts = {
    path: request.uri.path,
    encoding: config['dir-listing.encoding'],
    cssUrl: config['dir-listing.external-css'],
    jsUrl: config['dir-listing.external-js'],
    isBare: !config['dir-listing.auto-layout'],
    headerHtml: await fileHtml(request, config, 'header'),
    readmeHtml: await fileHtml(request, config, 'readme'),
    footerHtml: config['dir-listing.set-footer'] || (request.conf.serverTag ?? ''),
  };
  if (config['dir-listing.sort']) entries.sort(compareEntries);
  const { mimeTypes } = request.conf;
  const row = { typeOf: (name: string): string => mimeTypes.typeOf(name), times: new LocalTimes() };
  let page = pageStart(parts);
  for (let i = 0; i < entries.length; i++) {
    if (i > 0 && i % sliceLength === 0) await new Promise(setImmediate);
    page += pageRow(entries[i], row);
  }
  return page + pageEnd(parts);
}

/** Folders first, each kind in the order of its bytes. */
function compareEntries(a: FolderEntry, b: FolderEntry): number {
  if (a.isDirectory !== b.isDirectory) return a.isDirectory ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** The file shown above or below the list; empty where there is none. */
async function fileHtml(request: RequestState, config: Config, place: 'header' | 'readme'): Promise<string> {
  const name = config[`dir-listing.show-${place}`];
  if (name === '') return '';
  const path = name.startsWith('/') ? name : joinPath(request.physical.path, name);
  if (!request.conf.followSymlink && containsSymlink(path)) return '';
  const text = await readText(path);
  if (text === '' || !config[`dir-listing.encode-${place}`]) return text;
  return `<pre class="${place}">${encodeMinimalXml(text)}</pre>`;
}

function finish(request: RequestState, config: Config, isJson: boolean): HandlerResult {
  const { responseHeaders } = request;
  const encoding = config['dir-listing.encoding'];
  const htmlType = encoding === '' ? 'text/html' : `text/html;charset=${encoding}`;
  responseHeaders.set('Content-Type', isJson ? 'application/json' : htmlType);
  if (config['dir-listing.auto-layout'] && !isJson) {
    const css = config['dir-listing.external-css'];
    const js = config['dir-listing.external-js'];
    if (css) responseHeaders.insert('Link', `<${css}>; rel="preload"; as="style"`);
    if (js) responseHeaders.insert('Link', `<${js}>; rel="preload"; as="script"`);
  }
  request.status = 200;
  request.responseBody.finish();
  return HandlerResult.finished;
}
