import { writeLatin1 } from '../../base/latin1.js';
import { statusLine } from '../../http/status.js';
import { HttpVersion } from '../../http/version.js';
import type { RequestState } from '../../plugin/request-state.js';
import { isInternalField } from '../response-fields.js';

/** The head made from a template, with the place of the date in it. */
interface TemplateHead {
  readonly status: number;
  readonly serverTag: string | null;
  readonly bytes: Buffer;
  readonly dateAt: number;
  date: string;
}

/**
 * The head of an answer that shows an unchanged template on a connection that stays open: made once, then only its
 * date is written anew. Null where the head has to be built.
 */
export function templateHead(request: RequestState): Buffer | null {
  const { template } = request.responseHeaders;
  if (template === null || !request.keepAlive || request.version !== HttpVersion.http11) return null;
  const { serverTag } = request.conf;
  let head = template.wire as TemplateHead | null;
  if (head === null || head.status !== request.status || head.serverTag !== serverTag) {
    head = makeTemplateHead(request);
    template.wire = head;
  }
  const { date } = request.server.clock;
  if (head.date !== date) {
    writeLatin1(head.bytes, date, head.dateAt);
    head.date = date;
  }
  return head.bytes;
}

function makeTemplateHead(request: RequestState): TemplateHead {
  const text = buildHead(request);
  const { date } = request.server.clock;
  const { status } = request;
  return {
    status,
    serverTag: request.conf.serverTag,
    bytes: Buffer.from(text, 'latin1'),
    dateAt: text.lastIndexOf(date),
    date,
  };
}

/** Status line, fields and the blank line, as latin1 text (h1_send_headers). */
export function buildHead(request: RequestState): string {
  const { responseHeaders: headers, status, conf } = request;
  let head = (request.version === HttpVersion.http11 ? 'HTTP/1.1 ' : 'HTTP/1.0 ') + statusLine(status);
  let hasDate = false;
  let hasServer = false;
  let hasUpgrade = false;
  const { size } = headers;
  for (let i = 0; i < size; i++) {
    const value = headers.valueAt(i);
    if (value === '') continue;
    const lower = headers.lowerNameAt(i);
    if (lower === 'date') hasDate = true;
    else if (lower === 'server') hasServer = true;
    else if (lower === 'upgrade') hasUpgrade = true;
    else if (
      lower === 'connection' ||
      isInternalField(lower) ||
      (status === 304 && lower === 'content-encoding')
    )
      continue;
    head += `\r\n${headers.nameAt(i)}: ${value}`;
  }
  head += connectionField(request, hasUpgrade);
  if (!hasDate) head += `\r\nDate: ${request.server.clock.date}`;
  if (!hasServer && conf.serverTag !== null) head += `\r\nServer: ${conf.serverTag}`;
  return `${head}\r\n\r\n`;
}

function connectionField(request: RequestState, hasUpgrade: boolean): string {
  if (hasUpgrade && request.version === HttpVersion.http11) return '\r\nConnection: upgrade';
  if (!request.keepAlive) return '\r\nConnection: close';
  return request.version === HttpVersion.http10 ? '\r\nConnection: keep-alive' : '';
}
