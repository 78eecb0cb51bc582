import * as fs from 'node:fs';
import { fsPath } from './stat-cache.js';

/** The user that a file belongs to: the name in /etc/passwd, or the number where it has none there. */
export async function fileOwner(path: string): Promise<string> {
  const { uid } = await fs.promises.stat(fsPath(path));
  const users = await fs.promises.readFile('/etc/passwd', 'latin1').catch(() => '');
  const line = users.split('\n').find((each) => each.split(':')[2] === String(uid));
  return line?.split(':')[0] ?? String(uid);
}
