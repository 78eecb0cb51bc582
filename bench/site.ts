import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file that is streamed to slow clients; it is sparse, and takes no room on the disk. */
export const streamedFile = { path: '/1g.bin', bytes: 1024 ** 3 };

const sizes = {
  '/612.html': 612,
  '/10k.html': 10 * 1024,
  '/1m.bin': 1024 ** 2,
  '/100m.bin': 100 * 1024 ** 2,
};

/** Writes the site that all servers serve, and gives its folder. */
export function makeSite(folder: string): string {
  const root = join(folder, 'site');
  mkdirSync(root, { recursive: true });
  for (const [path, bytes] of Object.entries(sizes)) {
    writeFileSync(join(root, path), Buffer.alloc(bytes, 'lighttpd-ts benchmark '));
  }
  const descriptor = openSync(join(root, streamedFile.path), 'w');
  ftruncateSync(descriptor, streamedFile.bytes);
  closeSync(descriptor);
  return root;
}
