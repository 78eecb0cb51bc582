import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { fsPath, StatEntry } from './stat-cache.js';

/**
 * Writes a file so that readers find the old one or the new one, each whole: under another name first, then renamed.
 * Missing folders are made. Only the server's user may read any of it. Gives what the file is then; throws what the
 * file system says.
 */
export async function replaceFile(
  path: string,
  content: string | Buffer | AsyncIterable<Buffer>,
): Promise<StatEntry> {
  await fs.promises.mkdir(fsPath(path.slice(0, path.lastIndexOf('/'))), { recursive: true, mode: 0o700 });
  const temporary = fsPath(`${path}.${randomBytes(6).toString('hex')}`);
  const file = await fs.promises.open(temporary, 'wx', 0o600);
  try {
    await fs.promises.writeFile(file, content, 'latin1');
    const stats = await file.stat({ bigint: true });
    await fs.promises.rename(temporary, fsPath(path));
    return new StatEntry(path, stats);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
