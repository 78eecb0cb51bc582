import type { StatEntry } from '../../files/stat-cache.js';
import type { PropertyName } from './database.js';

/** Properties that follow from the file (RFC 4918, 15), in the order of answers. */
export const liveProperties = [
  'getcontentlength',
  'getcontenttype',
  'getetag',
  'getlastmodified',
  'resourcetype',
  'supportedlock',
] as const;
type LiveProperty = (typeof liveProperties)[number];

/** Clients cannot set them. */
const protectedProperties: readonly string[] = [...liveProperties, 'creationdate', 'lockdiscovery'];

const inDav = ({ namespace }: PropertyName): boolean => namespace === 'DAV:';

export function isLiveProperty(property: PropertyName): boolean {
  return inDav(property) && liveProperties.includes(property.name as LiveProperty);
}

export function isProtected(property: PropertyName): boolean {
  return inDav(property) && protectedProperties.includes(property.name);
}

export interface ResourceFacts {
  readonly entry: StatEntry;
  /** Empty where etags are off. */
  readonly etag: string;
  readonly lastModified: string;
  /** Empty where it is not known. */
  readonly type: string;
}

const lockEntry = (scope: string): string =>
  `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`;
const supportedLocks = `<D:supportedlock>${lockEntry('exclusive')}${lockEntry('shared')}</D:supportedlock>`;

/** The property as XML; empty where the resource does not have it. */
export function liveProperty(name: string, { entry, etag, lastModified, type }: ResourceFacts): string {
  switch (name as LiveProperty) {
    case 'getcontentlength':
      return `<D:getcontentlength>${entry.size}</D:getcontentlength>`;
    case 'getcontenttype':
      return type === '' ? '' : `<D:getcontenttype>${type}</D:getcontenttype>`;
    case 'getetag':
      return etag === '' ? '' : `<D:getetag>${etag}</D:getetag>`;
    case 'getlastmodified':
      return `<D:getlastmodified ns0:dt="dateTime.rfc1123">${lastModified}</D:getlastmodified>`;
    case 'resourcetype':
      return entry.isDirectory ? '<D:resourcetype><D:collection/></D:resourcetype>' : '<D:resourcetype/>';
    case 'supportedlock':
      return supportedLocks;
  }
}
