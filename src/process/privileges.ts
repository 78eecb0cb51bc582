import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { RunAs } from '../log/program-log.js';

/** What the types leave out: sets the groups that the user belongs to, and one more. */
const { initgroups } = process as unknown as { initgroups(username: string, gid: number): void };

/** Who workers run as: numbers, and the name that supplementary groups are found by. */
export interface Identity extends RunAs {
  /** Empty where only a group is set. */
  readonly username: string;
}

/** Somebody, or a group, that workers cannot run as; the message is lighttpd's. */
export class IdentityError extends Error {}

/**
 * Looks `server.username` and `server.groupname` up. Null where nothing is to change: neither is set, or the server
 * was not started as root, which alone can change it.
 */
export function findIdentity(username: string, groupname: string): Identity | null {
  if (process.getuid?.() !== 0 || (username === '' && groupname === '')) return null;
  const group = groupname === '' ? null : lookUp('group', groupname);
  if (groupname !== '' && group === null) throw new IdentityError(`can't find groupname ${groupname}`);
  const user = username === '' ? null : lookUp('passwd', username);
  if (username !== '' && user === null) throw new IdentityError(`can't find username ${username}`);
  const uid = user === null ? 0 : Number(user[2]);
  const gid = Number(group?.[2] ?? user?.[3]);
  if (user !== null && uid === 0)
    throw new IdentityError('I will not set uid to 0. Remove server.username, or name another user.');
  if (gid === 0)
    throw new IdentityError('I will not set gid to 0. Remove server.groupname, or name another group.');
  return { username, uid, gid };
}

/** The fields of an entry of the user database, wherever the system keeps it. */
function lookUp(database: 'passwd' | 'group', name: string): string[] | null {
  try {
    const entry = execFileSync('getent', [database, name], { stdio: ['ignore', 'pipe', 'ignore'] });
    const fields = entry.toString('utf8').trim().split(':');
    // it takes numbers too, which are no names
    return fields[0] === name ? fields : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return null;
  }
  const lines = readFileSync(`/etc/${database}`, 'utf8').split('\n');
  return lines.map((line) => line.split(':')).find((fields) => fields[0] === name) ?? null;
}

/** Gives the rights of root up for good. Throws where any of them is left. */
export function becomeForever({ username, uid, gid }: Identity): void {
  process.setgid?.(gid);
  process.setgroups?.([]);
  if (username === '') return;
  initgroups(username, gid);
  process.setuid?.(uid);
  if (process.getuid?.() !== uid || process.geteuid?.() !== uid || process.getegid?.() !== gid)
    throw new IdentityError(`cannot become user ${username}`);
}

/** Does something that takes no time with the rights of another user, and returns to those of root. */
export function runAs<T>({ username, uid, gid }: Identity, action: () => T): T {
  const groups = process.getgroups?.() ?? [];
  process.setegid?.(gid);
  if (username !== '') initgroups(username, gid);
  process.seteuid?.(uid);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}

const setpriv = '/usr/bin/setpriv';

/** What to spawn so that a program runs as somebody for good. */
export interface ProgramStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: { readonly uid?: number; readonly gid?: number };
}

/** With the groups of that user where setpriv(1) is installed: by itself Node leaves a program none. */
export function programAs(identity: Identity | null, file: string, args: readonly string[]): ProgramStart {
  if (identity === null) return { file, args, options: {} };
  const { username, uid, gid } = identity;
  if (!existsSync(setpriv)) return { file, args, options: username === '' ? { gid } : { uid, gid } };
  const user = username === '' ? ['--clear-groups'] : ['--reuid', String(uid), '--init-groups'];
  return { file: setpriv, args: ['--regid', String(gid), ...user, '--', file, ...args], options: {} };
}
