import { lookAt } from '../../files/change-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { etagMatches } from '../../http/etag.js';
import { etagOf, usesEtags } from '../../plugin/etag-of.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { Lock } from './database.js';
import type { DavRequest } from './dav-request.js';

/** More of them in one request make it a bad one. */
const tokensMax = 16;

interface Condition {
  readonly kind: 'token' | 'etag';
  readonly isNot: boolean;
  readonly text: string;
}

/**
 * The conditions of an If header (RFC 4918, 10.4), up to where it stops making sense. Lists and the resources that they
 * are tagged with are not told apart, as in lighttpd (webdav_has_lock): whoever knows a token may show it anywhere.
 */
function* conditionsIn(header: string): Iterable<Condition> {
  const condition = /[ \t]*(not[ \t]*)?(?:<([^>]*)>|\[([^\]]*)\])/iy;
  const listEnd = /[ \t]*\)/y;
  for (let start = header.indexOf('('); start >= 0; start = header.indexOf('(', listEnd.lastIndex)) {
    let isNot = false;
    listEnd.lastIndex = start + 1;
    condition.lastIndex = start + 1;
    for (let found = condition.exec(header); found !== null; found = condition.exec(header)) {
      const [, not, token, etag] = found;
      isNot ||= not !== undefined;
      yield { kind: token === undefined ? 'etag' : 'token', isNot, text: token ?? etag };
      listEnd.lastIndex = condition.lastIndex;
    }
    if (!listEnd.test(header)) return;
  }
}

/** Which tokens the client has shown; a number is the status of a request whose conditions do not hold. */
function submittedTokens(request: RequestState): Set<string> | number {
  const tokens = new Set<string>();
  let count = 0;
  for (const { kind, isNot, text } of conditionsIn(request.headers.get('if') ?? '')) {
    if (kind === 'etag') {
      if (!isNot && text !== '' && !etagHolds(request, text)) return 412;
    } else if (text.startsWith('DAV:no-lock')) {
      if (!isNot) return 412;
    } else {
      if (++count > tokensMax) return 400;
      tokens.add(text);
    }
  }
  return tokens;
}

function etagHolds(request: RequestState, etag: string): boolean {
  const { conf, physical } = request;
  if (!usesEtags(conf)) return true;
  const entry = lookAt(physical.path, false);
  if (!(entry instanceof StatEntry)) return false;
  return entry.isDirectory || etagMatches(etag, etagOf(conf, entry), false);
}

/**
 * May the client change what lies at the path? Gives 0, or the status to answer with: 423 where a lock holds that it
 * has not shown. A token without any lock is a mistake, but not at the destination of a copy. Of several shared locks,
 * one is enough.
 */
export function statusOfLocks({ request, database, user }: DavRequest, relPath: string): number {
  const tokens = submittedTokens(request);
  if (typeof tokens === 'number') return tokens;
  const locks = database?.locks(relPath, 'covering') ?? [];
  if (locks.length === 0) return tokens.size > 0 && relPath === request.physical.relPath ? 412 : 0;
  const isShown = ({ token, owner }: Lock): boolean => tokens.has(token) && (owner === '' || owner === user);
  const shared = locks.filter(({ scope }) => scope === 'shared');
  if (locks.some((lock) => lock.scope === 'exclusive' && !isShown(lock))) return 423;
  return shared.length > 0 && !shared.some(isShown) ? 423 : 0;
}
