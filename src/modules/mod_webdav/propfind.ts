import { setImmediate as turn } from 'node:timers/promises';
import { lowerAscii } from '../../base/ascii.js';
import { lookAt, namesIn } from '../../files/change-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { httpDate } from '../../http/date.js';
import { answerError } from '../../plugin/answer.js';
import { etagOf } from '../../plugin/etag-of.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import { readXmlBody } from './body.js';
import type { DavView, PropertyName } from './database.js';
import {
  addSlash,
  type DavRequest,
  type DavResource,
  depthOf,
  isSlashed,
  memberOf,
  statusOfMissing,
} from './dav-request.js';
import { isLiveProperty, liveProperties, liveProperty } from './live-properties.js';
import {
  activeLock,
  answerMultistatus,
  href,
  microsoftTypes,
  propertyElement,
  propstat,
  statusElement,
} from './xml-answer.js';
import { elementsOf, type XmlElement } from './xml-body.js';

const propertiesMax = 32;
/** Folders in folders: links may lead round in circles. */
const foldersMax = 100;
/** So many members are looked at before other work gets its turn. */
const sliceLength = 256;

/** What a client wants to know of each resource. */
interface Wanted {
  readonly names: PropertyName[];
  all: boolean;
  onlyNames: boolean;
  locks: boolean;
}

interface Listing {
  readonly dav: DavRequest;
  readonly wanted: Wanted;
  /** Null without a database. */
  readonly view: DavView | null;
  readonly depth: number;
  readonly followsLinks: boolean;
  readonly responses: string[];
  /** Those of collections above are told at the first resource alone. */
  tellsLocksAbove: boolean;
}

/** PROPFIND (RFC 4918, 9.1; mod_webdav_propfind). */
export async function propfind(dav: DavRequest): Promise<HandlerResult> {
  const { request, config } = dav;
  const { physical } = request;
  const body = await readXmlBody(dav);
  if (typeof body === 'number') return body < 0 ? HandlerResult.error : answerError(request, body);
  const options = config['webdav.opts'];
  let depth = depthOf(request);
  if (depth > 1 && !options.has('propfind-depth-infinity')) return answerError(request, 403);
  const followsLinks = options.has('unsafe-propfind-follow-symlink') && config['webdav.is-readonly'];
  const entry = lookAt(physical.path, followsLinks);
  if (!(entry instanceof StatEntry)) return answerError(request, statusOfMissing(entry));
  if (entry.isDirectory) {
    addSlash(request);
  } else {
    if (isSlashed(physical)) return answerError(request, 403);
    depth = 0;
  }
  const document = body.parse();
  if (document === null) return answerError(request, 400);
  const wanted = document === undefined ? everything() : readWanted(document);
  if (wanted === null) {
    request.conf.errorLog.error('mod_webdav.c', `too many properties in request (> ${propertiesMax})`);
    return answerError(request, 400);
  }
  const view = dav.database?.view(physical.relPath, depth > 0) ?? null;
  const listing = { dav, wanted, view, depth, followsLinks, responses: [], tellsLocksAbove: true };
  const resource = { path: physical.path, relPath: physical.relPath };
  if (depth === 0) describe(listing, resource, entry);
  else await describeFolder(listing, resource, entry, 1);
  answerMultistatus(dav, listing.responses.join(''), microsoftTypes);
  return HandlerResult.finished;
}

const everything = (): Wanted => ({ names: [], all: true, onlyNames: false, locks: true });

/** Null where there are too many. */
function readWanted(root: XmlElement): Wanted | null {
  const wanted: Wanted = { names: [], all: false, onlyNames: false, locks: false };
  for (const command of root.name === 'propfind' ? elementsOf(root) : []) {
    if (command.name === 'allprop') {
      wanted.all = true;
      wanted.locks = true;
    } else if (command.name === 'propname') wanted.onlyNames = true;
    if (command.name !== 'prop' && command.name !== 'include') continue;
    for (const { name, namespace } of elementsOf(command)) {
      if (wanted.names.length === propertiesMax) return null;
      const isDav = namespace === 'DAV:';
      if (isDav && name === 'lockdiscovery') wanted.locks = true;
      // what "allprop" has already need not be included
      else if (command.name === 'prop' || !isDav) wanted.names.push({ name, namespace });
    }
  }
  if (wanted.names.length > 0 || wanted.onlyNames || wanted.all || wanted.locks) return wanted;
  return everything();
}

/** A collection and its members; deeper ones where the depth is infinite. */
async function describeFolder(
  listing: Listing,
  resource: DavResource,
  entry: StatEntry,
  level: number,
): Promise<void> {
  if (level > foldersMax) return;
  const { names, problem } = await namesIn(resource.path);
  if (problem !== '') {
    const what = `${href(resource.relPath)}<D:propstat>\n${statusElement(403)}</D:propstat>\n`;
    if (problem !== 'ENOENT') listing.responses.push(`<D:response>\n${what}</D:response>\n`);
    return;
  }
  describe(listing, resource, entry);
  listing.tellsLocksAbove = false;
  const ignoresCase = listing.dav.request.conf.forceLowercaseFilenames;
  for (const [count, name] of names.entries()) {
    if (count % sliceLength === sliceLength - 1) await turn();
    const found = lookAt(resource.path + name, listing.followsLinks);
    if (!(found instanceof StatEntry)) continue;
    const member = memberOf(resource, ignoresCase ? lowerAscii(name) : name, found.isDirectory);
    if (found.isDirectory && listing.depth > 1) await describeFolder(listing, member, found, level + 1);
    else describe(listing, member, found);
  }
}

/** One resource: what is known of it, and what is not. */
function describe(listing: Listing, resource: DavResource, entry: StatEntry): void {
  const { wanted } = listing;
  const known = wanted.onlyNames ? nameProperties(listing, resource) : '';
  const found: string[] = known === '' ? [] : [known];
  const missing: string[] = [];
  if (!wanted.onlyNames) collectProperties(listing, resource, entry, found, missing);
  const stats = [
    found.length > 0 ? propstat(found.join(''), 200) : '',
    missing.length > 0 ? propstat(missing.join(''), 404) : '',
  ];
  listing.responses.push(`<D:response>\n${href(resource.relPath)}${stats.join('')}</D:response>\n`);
}

function nameProperties({ view }: Listing, { relPath }: DavResource): string {
  const live = [...liveProperties, 'lockdiscovery'].map((name) => `<${name}/>\n`);
  const dead = view?.properties(relPath) ?? [];
  return [...live, ...dead.map((property) => propertyElement(property))].join('');
}

function collectProperties(
  listing: Listing,
  resource: DavResource,
  entry: StatEntry,
  found: string[],
  missing: string[],
): void {
  const { dav, wanted, view } = listing;
  const { request } = dav;
  const facts = {
    entry,
    etag: etagOf(request.conf, entry),
    lastModified: httpDate(entry.mtime),
    type: entry.isDirectory ? 'httpd/unix-directory' : request.conf.mimeTypes.typeOf(resource.path),
  };
  for (const name of wanted.names) {
    const isLive = isLiveProperty(name);
    const value = isLive ? null : (view?.property(resource.relPath, name) ?? null);
    const text = isLive ? liveProperty(name.name, facts) : value === null ? '' : propertyElement(name, value);
    if (text !== '') found.push(text);
    else missing.push(propertyElement(isLive ? { ...name, namespace: '' } : name));
  }
  if (wanted.all) {
    for (const name of liveProperties) found.push(liveProperty(name, facts));
    for (const property of view?.properties(resource.relPath) ?? [])
      found.push(propertyElement(property, property.value));
  }
  if (!wanted.locks) return;
  const locks = view?.locks(resource.relPath, listing.tellsLocksAbove ? 'covering' : 'own') ?? [];
  found.push(`<D:lockdiscovery>${locks.map(activeLock).join('')}</D:lockdiscovery>`);
}
