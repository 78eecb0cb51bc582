/** Longer lines are passed over, as lighttpd does. */
const lineLengthMax = 1024;

/** A file in memory, and how many of its lines could not be read. */
export interface UserFile<T> {
  readonly entries: ReadonlyMap<string, T>;
  readonly badLines: number;
}

function* usableLines(text: string): Generator<string> {
  for (const line of text.split('\n')) {
    if (line === '' || line[0] === '\r' || line[0] === '#' || line.length > lineLengthMax) continue;
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}

/** `name:password` or `name:hash`, for plain and htpasswd files. The first line of a name counts. */
export function parsePasswords(text: string): UserFile<string> {
  const entries = new Map<string, string>();
  let badLines = 0;
  for (const line of usableLines(text)) {
    const colon = line.indexOf(':');
    if (colon < 0) badLines++;
    else if (!entries.has(line.slice(0, colon))) entries.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return { entries, badLines };
}

interface StoredDigest {
  readonly user: string;
  /** In hexadecimal; its length tells the algorithm. */
  readonly digest: string;
}

/** The keys of a digest file: `user NAME:REALM` and `hash HASH:REALM`. */
export const digestKey = (isUserHash: boolean, user: string, realm: string): string =>
  `${isUserHash ? 'hash' : 'user'} ${user}:${realm}`;

/** `name:realm:digest[:userhash]`. One name may have a line for each algorithm. */
export function parseDigests(text: string): UserFile<readonly StoredDigest[]> {
  const entries = new Map<string, StoredDigest[]>();
  let badLines = 0;
  const add = (key: string, stored: StoredDigest): void => {
    const all = entries.get(key);
    if (all === undefined) entries.set(key, [stored]);
    else all.push(stored);
  };
  for (const line of usableLines(text)) {
    const [, user, realm, digest, userHash] = /^([^:]*):([^:]*):([^:]*)(?::(.*))?$/s.exec(line) ?? [];
    if (user === undefined) {
      badLines++;
      continue;
    }
    add(digestKey(false, user, realm), { user, digest });
    if (userHash !== undefined) add(digestKey(true, userHash, realm), { user, digest });
  }
  return { entries, badLines };
}

/** `group: name name …`, as Apache writes it: the groups of each name. */
export function parseGroups(text: string): UserFile<readonly string[]> {
  const entries = new Map<string, string[]>();
  let badLines = 0;
  for (const line of usableLines(text)) {
    const colon = line.indexOf(':');
    if (colon < 0) badLines++;
    for (const user of line.slice(colon + 1).split(/[ \t]+/)) {
      if (colon < 0 || user === '') continue;
      const groups = entries.get(user);
      if (groups === undefined) entries.set(user, [line.slice(0, colon)]);
      else groups.push(line.slice(0, colon));
    }
  }
  return { entries, badLines };
}
