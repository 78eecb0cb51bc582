import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from './project-root.js';

/**
 * The folder `shared` that lies beside the project where it is developed: LIGHTTPD_TS_SHARED, or the nearest one above.
 * Null where there is none: tests that need it are skipped then.
 */
export function sharedFolder(part: string): string | null {
  const named = process.env['LIGHTTPD_TS_SHARED'];
  if (named !== undefined) return existsSync(join(named, part)) ? join(named, part) : null;
  for (let folder = dirname(projectRoot); ; folder = dirname(folder)) {
    const found = join(folder, 'shared', part);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) return null;
  }
}
