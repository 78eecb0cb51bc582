import { closeSync, constants, fstatSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { openForAppending } from '../log/file-log.js';
import { type Identity, runAs } from './privileges.js';

const notTrusted = 0o022;

/**
 * How log files are opened: with the rights of the user that workers run as, who then owns new ones, as with lighttpd.
 * A log that this user cannot open is opened as root, but only where no one but root can have chosen what lies
 * there: otherwise a link in a folder of the user would have root write to any file.
 */
export function logOpener(identity: Identity | null): (path: string) => number {
  if (identity === null) return openForAppending;
  return (path) => {
    try {
      return runAs(identity, () => openForAppending(path));
    } catch (error) {
      const isRefused = (error as NodeJS.ErrnoException).code === 'EACCES';
      if (!isRefused || !path.startsWith('/') || !isRootsAlone(dirname(path))) throw error;
      return openAsRoot(path);
    }
  };
}

function openAsRoot(path: string): number {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const fd = openSync(Buffer.from(path, 'latin1'), flags, 0o644);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error('not a plain file');
}

/** Is the folder, with every folder above it, root's and writable to nobody else? */
function isRootsAlone(folder: string): boolean {
  let path = realpathSync(Buffer.from(folder, 'latin1').toString('utf8'));
  for (;;) {
    const { uid, mode } = statSync(path);
    if (uid !== 0 || (mode & notTrusted) !== 0) return false;
    if (path === '/') return true;
    path = dirname(path);
  }
}
