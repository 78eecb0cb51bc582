import type { DavRequest } from './dav-request.js';
import { parseXml, type XmlElement } from './xml-body.js';

/** Larger documents are no questions of a client that means well. */
const bytesMax = 1024 * 1024;

/** A body that has come, and is read when it is needed. */
export interface XmlBody {
  /** Undefined where there is none, null where it is not well-formed. */
  parse(): XmlElement | null | undefined;
}

/** Reads the body; the status to answer with where it is no XML, or does not come; -1 where the client has gone. */
export async function readXmlBody(dav: DavRequest, needsType = true): Promise<XmlBody | number> {
  const { request, config } = dav;
  const { body, headers } = request;
  if (body.length === 0) return { parse: () => undefined };
  const status = await body.collect();
  if (status !== 0) return status;
  const type = (headers.get('content-type') ?? '').split(';')[0];
  if (needsType && type !== 'application/xml' && type !== 'text/xml') return 415;
  if (body.length > bytesMax) return 413;
  return {
    parse: () => {
      const content = body.collected();
      if (content === null || content.length === 0) return null;
      if (config['webdav.log-xml'])
        request.conf.errorLog.error('mod_webdav.c', `XML-request-body: ${content.toString('latin1')}`);
      return parseXml(content);
    },
  };
}
