import { fileEtag } from '../files/file-etag.js';
import type { StatEntry } from '../files/stat-cache.js';
import type { CoreSettings } from './core-settings.js';

type EtagSettings = Pick<CoreSettings, 'etagUseInode' | 'etagUseSize' | 'etagUseMtime'>;

/** The ETag of a file as the `etag.use-*` settings have it; empty where they use nothing. */
export function etagOf(conf: EtagSettings, entry: Pick<StatEntry, 'inode' | 'size' | 'mtimeNs'>): string {
  return fileEtag(entry, { inode: conf.etagUseInode, size: conf.etagUseSize, mtime: conf.etagUseMtime });
}

export function usesEtags({ etagUseInode, etagUseSize, etagUseMtime }: EtagSettings): boolean {
  return etagUseInode || etagUseSize || etagUseMtime;
}
