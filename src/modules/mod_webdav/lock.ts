import { randomUUID } from 'node:crypto';
import { lookAt, makeFile } from '../../files/change-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { answerError, answerWithoutBody } from '../../plugin/answer.js';
import { redirectToDirectory } from '../../plugin/directory-redirect.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import { readXmlBody } from './body.js';
import type { Lock } from './database.js';
import { type DavRequest, depthOf, isSlashed, preconditionsHold, tellEtag } from './dav-request.js';
import { activeLock, answerXml } from './xml-answer.js';
import { elementsOf, innerXml, type XmlElement } from './xml-body.js';

const timeoutSeconds = { min: 5, default: 600, max: 2 ** 31 - 1 };

/** LOCK (RFC 4918, 9.10; mod_webdav_lock): takes a lock, or refreshes one where there is no body. */
export async function lock(dav: DavRequest): Promise<HandlerResult> {
  const { request } = dav;
  const body = await readXmlBody(dav, false);
  if (typeof body === 'number') return body < 0 ? HandlerResult.error : answerError(request, body);
  if (request.body.length === 0) return refresh(dav);
  if (depthOf(request) === 1) return answerError(request, 400);
  const document = body.parse() ?? null;
  if (document === null) return answerError(request, 400);
  const wanted = document.name === 'lockinfo' ? readWanted(document) : null;
  if (wanted === null) return answerError(request, 422);
  return take(dav, wanted);
}

type WantedLock = Pick<Lock, 'scope' | 'ownerInfo'>;

/** Null where it is no lock that there is (all are for writing). */
function readWanted(root: XmlElement): WantedLock | null {
  let scope: Lock['scope'] | null = null;
  let isForWriting = false;
  let ownerInfo = '';
  for (const element of elementsOf(root)) {
    if (element.name === 'lockscope') scope = scopeOf(element);
    else if (element.name === 'locktype')
      isForWriting =
        element.children.length > 0 && element.children.every((child) => nameOf(child) === 'write');
    else if (element.name === 'owner') ownerInfo = innerXml(element);
  }
  return scope === null || !isForWriting ? null : { scope, ownerInfo };
}

const nameOf = (child: XmlElement | string): string => (typeof child === 'string' ? '' : child.name);

function scopeOf({ children }: XmlElement): Lock['scope'] | null {
  const names = children.map(nameOf);
  if (names.length === 0 || !names.every((name) => name === 'exclusive' || name === 'shared')) return null;
  return names.at(-1) as Lock['scope'];
}

async function take(dav: DavRequest, { scope, ownerInfo }: WantedLock): Promise<HandlerResult> {
  const { request, database, user } = dav;
  const { physical } = request;
  const depth = depthOf(request);
  const others = database?.locks(physical.relPath, depth === 0 ? 'covering' : 'all') ?? [];
  if (others.some((other) => scope === 'exclusive' || other.scope === 'exclusive'))
    return answerError(request, 423);
  const found = lookAt(physical.path, false);
  const isNew = !(found instanceof StatEntry);
  if (isNew) {
    // a lock on nothing makes an empty file (RFC 4918, 7.3)
    const problem = found === 'ENOENT' && !isSlashed(physical) ? await makeFile(physical.path) : found;
    if (problem !== '') return answerError(request, 403);
  } else {
    if (!preconditionsHold(request)) return answerError(request, 412);
    if (found.isDirectory && !isSlashed(physical)) {
      redirectToDirectory(request, 308);
      return HandlerResult.finished;
    }
    if (!found.isDirectory && isSlashed(physical)) return answerError(request, 403);
  }
  const isCollection = !isNew && found.isDirectory;
  const taken: Lock = {
    token: `urn:uuid:${randomUUID()}`,
    root: physical.relPath,
    scope,
    owner: user,
    ownerInfo,
    isDeep: isCollection && depth !== 0,
    secondsLeft: timeoutOf(request.headers.get('timeout')),
  };
  if (database === null) return answerError(request, 500);
  database.addLock(taken);
  request.responseHeaders.set('Lock-Token', `<${taken.token}>`);
  if (!isCollection) tellEtag(request);
  answerLock(dav, taken, isNew ? 201 : 200);
  return HandlerResult.finished;
}

function answerLock(dav: DavRequest, taken: Lock, status: number): void {
  dav.request.responseHeaders.set('Timeout', `Second-${taken.secondsLeft}`);
  const discovery = `<D:lockdiscovery>\n${activeLock(taken)}</D:lockdiscovery>\n`;
  answerXml(dav, status, `<D:prop xmlns:D="DAV:">\n${discovery}</D:prop>\n`);
}

/** Any client that knows the token may do so, from any resource. */
function refresh(dav: DavRequest): HandlerResult {
  const { request, database, user } = dav;
  const token = /^.<(.+)>.$/.exec(request.headers.get('if') ?? '')?.[1];
  if (token === undefined) return answerError(request, 400);
  const seconds = timeoutOf(request.headers.get('timeout'));
  if (!database?.refreshLock(token, seconds)) return answerError(request, 412);
  // what is told of it is lighttpd's, which does not look it up
  const refreshed: Lock = {
    token,
    root: request.physical.relPath,
    scope: 'exclusive',
    owner: user,
    ownerInfo: '',
    isDeep: false,
    secondsLeft: seconds,
  };
  answerLock(dav, refreshed, 200);
  return HandlerResult.finished;
}

/** Timeout (RFC 4918, 10.7): the first number of seconds that it holds. Whatever is longer than the default is that. */
function timeoutOf(header: string | undefined): number {
  const [, digits] = /(?:^|,)[ \t]*second-[ \t]*([+-]?\d+)/i.exec(header ?? '') ?? [];
  const seconds = Number(digits ?? timeoutSeconds.default);
  if (seconds > timeoutSeconds.max) return timeoutSeconds.max;
  return seconds > 0 && seconds < timeoutSeconds.default
    ? Math.max(seconds, timeoutSeconds.min)
    : timeoutSeconds.default;
}

/** UNLOCK (RFC 4918, 9.11; mod_webdav_unlock). */
export function unlock({ request, database, user }: DavRequest): HandlerResult {
  const token = /^<(.+)>$/.exec(request.headers.get('lock-token') ?? '')?.[1];
  if (token === undefined) return answerError(request, 400);
  const { relPath } = request.physical;
  const held = database?.lock(token) ?? null;
  const isCovered =
    held !== null && (held.root === relPath || (held.isDeep && relPath.startsWith(held.root)));
  if (!isCovered) return answerError(request, 409);
  if (held.owner !== '' && held.owner !== user) return answerError(request, 403);
  return database!.removeLock(token) ? answerWithoutBody(request, 204) : answerError(request, 409);
}
