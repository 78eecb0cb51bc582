import { lookAt } from '../../files/change-files.js';
import { StatEntry } from '../../files/stat-cache.js';
import { answerError, answerWithoutBody } from '../../plugin/answer.js';
import { HandlerResult } from '../../plugin/handler-result.js';
import { readXmlBody } from './body.js';
import type { PropertyName } from './database.js';
import { addSlash, type DavRequest, isSlashed, preconditionsHold, statusOfMissing } from './dav-request.js';
import { isProtected } from './live-properties.js';
import { answerMultistatus, href, propertyElement, propstat, statusElement } from './xml-answer.js';
import { elementsOf, innerXml, type XmlElement } from './xml-body.js';

/** A client that takes 204 for a lack of space. */
const misreads204 = 'Microsoft-WebDAV-MiniRedir/';

interface Change extends PropertyName {
  /** XML; null removes the property. */
  readonly value: string | null;
}

/** PROPPATCH (RFC 4918, 9.2; mod_webdav_proppatch): all of it, or nothing. */
export async function proppatch(dav: DavRequest): Promise<HandlerResult> {
  const { request, database } = dav;
  const { physical, headers } = request;
  if (database === null) {
    request.responseHeaders.set('Allow', 'GET, HEAD, PROPFIND, DELETE, MKCOL, PUT, MOVE, COPY');
    return answerError(request, 405);
  }
  const body = await readXmlBody(dav);
  if (typeof body === 'number') return body < 0 ? HandlerResult.error : answerError(request, body);
  if (request.body.length === 0) return answerError(request, 400);
  const entry = lookAt(physical.path, false);
  if (!(entry instanceof StatEntry)) return answerError(request, statusOfMissing(entry));
  if (!preconditionsHold(request)) return answerError(request, 412);
  if (entry.isDirectory) addSlash(request);
  else if (isSlashed(physical)) return answerError(request, 403);
  const document = body.parse() ?? null;
  if (document === null) return answerError(request, 400);
  if (document.name !== 'propertyupdate') return answerError(request, 422);
  const changes = changesIn(document);
  if (changes.some(isProtected)) {
    answerMultistatus(dav, refusal(physical.relPath, changes));
    return HandlerResult.finished;
  }
  database.changeProperties(physical.relPath, changes);
  if (!headers.get('user-agent')?.startsWith(misreads204)) return answerWithoutBody(request, 204);
  const set = propstat(changes.map((change) => propertyElement(change)).join(''), 200);
  answerMultistatus(dav, `<D:response>\n${href(physical.relPath)}${set}</D:response>\n`);
  return HandlerResult.finished;
}

function changesIn(root: XmlElement): Change[] {
  return elementsOf(root)
    .filter(({ name }) => name === 'set' || name === 'remove')
    .flatMap((command) =>
      elementsOf(command)
        .filter(({ name }) => name === 'prop')
        .flatMap(elementsOf)
        .map((property) => ({
          name: property.name,
          namespace: property.namespace,
          value: command.name === 'set' ? innerXml(property) : null,
        })),
    );
}

/** Says of each property why nothing has been done: it is protected, or another one of the request is. */
function refusal(relPath: string, changes: readonly Change[]): string {
  const stats = changes.map((change) => {
    const property = `<D:propstat>\n<D:prop>${propertyElement(change)}</D:prop>\n`;
    const why = isProtected(change)
      ? `<D:error><D:cannot-modify-protected-property/></D:error>\n${statusElement(403)}`
      : statusElement(424);
    return `${property}${why}</D:propstat>\n`;
  });
  return `<D:response>\n${href(relPath)}${stats.join('')}</D:response>\n`;
}
