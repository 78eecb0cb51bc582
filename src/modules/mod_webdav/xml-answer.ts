import { encodeUri } from '../../http/encode.js';
import { statusLine } from '../../http/status.js';
import { answerWithoutBody } from '../../plugin/answer.js';
import type { Lock, PropertyName } from './database.js';
import type { DavRequest } from './dav-request.js';
import { escapeText } from './xml-body.js';

/** What older clients of Microsoft want to see the type of dates in. */
export const microsoftTypes = 'xmlns:ns0="urn:uuid:c2f41010-65b3-11d1-a29f-00aa00c14882/"';

export function href(path: string): string {
  return `<D:href>${encodeUri(path)}</D:href>\n`;
}

export function statusElement(status: number): string {
  return `<D:status>HTTP/1.1 ${statusLine(status)}</D:status>\n`;
}

export function propstat(properties: string, status: number): string {
  return `<D:propstat>\n<D:prop>\n${properties}</D:prop>\n${statusElement(status)}</D:propstat>\n`;
}

/** A member that something failed for. */
export function failedResponse(path: string, status: number): string {
  return `<D:response>\n${href(path)}${statusElement(status)}</D:response>\n`;
}

/** `value` is XML. */
export function propertyElement({ namespace, name }: PropertyName, value = ''): string {
  const start = `<${name} xmlns="${escapeText(namespace)}"`;
  return value === '' ? `${start}/>` : `${start}>${value}</${name}>`;
}

export function activeLock({ scope, isDeep, secondsLeft, ownerInfo, token, root }: Lock): string {
  return `<D:activelock>
<D:lockscope><D:${scope}/></D:lockscope>
<D:locktype><D:write/></D:locktype>
<D:depth>${isDeep ? 'infinity' : '0'}</D:depth>
<D:timeout>Second-${secondsLeft}</D:timeout>
<D:owner>${ownerInfo}</D:owner>
<D:locktoken>
<D:href>${token}</D:href>
</D:locktoken>
<D:lockroot>
${href(root)}</D:lockroot>
</D:activelock>
`;
}

/** Answers with a document (webdav_xml_doctype). */
export function answerXml({ request, config }: DavRequest, status: number, document: string): void {
  const body = `<?xml version="1.0" encoding="utf-8"?>\n${document}`;
  if (config['webdav.log-xml']) request.conf.errorLog.error('mod_webdav.c', `XML-response-body: ${body}`);
  request.responseHeaders.set('Content-Type', 'application/xml;charset=utf-8');
  request.responseBody.append(body);
  answerWithoutBody(request, status);
}

/** `responses` are elements of that name. */
export function answerMultistatus(dav: DavRequest, responses: string, namespaces = ''): void {
  const root = `<D:multistatus xmlns:D="DAV:"${namespaces === '' ? '' : ` ${namespaces}`}>`;
  answerXml(dav, 207, `${root}\n${responses}</D:multistatus>\n`);
}
