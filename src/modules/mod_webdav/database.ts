import { SqliteDatabase, type SqlRow } from '../../files/sqlite.js';

export interface PropertyName {
  readonly namespace: string;
  readonly name: string;
}

export interface Property extends PropertyName {
  /** XML. */
  readonly value: string;
}

/** A lock that is in force (RFC 4918, 6). */
export interface Lock {
  readonly token: string;
  /** Path of the resource that it was taken on. */
  readonly root: string;
  readonly scope: 'exclusive' | 'shared';
  /** The user; empty where nobody had to log in. */
  readonly owner: string;
  /** What the client has told of its owner: XML. */
  readonly ownerInfo: string;
  readonly isDeep: boolean;
  readonly secondsLeft: number;
}

/**
 * Which locks on a path count: those that cover it, its own and those of collections above; or those of its members too.
 */
type LockReach = 'covering' | 'all';

const tables = [
  `CREATE TABLE IF NOT EXISTS properties (resource TEXT NOT NULL, prop TEXT NOT NULL, ns TEXT NOT NULL,
   value TEXT NOT NULL, PRIMARY KEY(resource, prop, ns))`,
  `CREATE TABLE IF NOT EXISTS locks (locktoken TEXT NOT NULL, resource TEXT NOT NULL, lockscope TEXT NOT NULL,
   locktype TEXT NOT NULL, owner TEXT NOT NULL, ownerinfo TEXT NOT NULL, depth INT NOT NULL,
   timeout TIMESTAMP NOT NULL, PRIMARY KEY(locktoken))`,
];

const lockColumns = 'locktoken, resource, lockscope, owner, ownerinfo, depth, timeout';
const isBelow = 'SUBSTR(resource, 1, LENGTH(?1)) = ?1';

/**
 * Properties and locks (webdav.sqlite-db-name), in the tables that lighttpd keeps. Times are seconds since the epoch;
 * lighttpd's are no times, so that locks it left behind have expired. Text is latin1, a character a byte; in the
 * database it is UTF-8.
 */
export class DavDatabase {
  private readonly sqlite: SqliteDatabase;

  private constructor(sqlite: SqliteDatabase) {
    this.sqlite = sqlite;
  }

  static open(path: string): DavDatabase {
    const sqlite = SqliteDatabase.open(path);
    for (const table of tables) sqlite.exec(table);
    // older databases of lighttpd lack it
    const columns = sqlite.all("SELECT name FROM pragma_table_info('locks')", []);
    if (!columns.some(({ name }) => name === 'ownerinfo'))
      sqlite.exec("ALTER TABLE locks ADD COLUMN ownerinfo TEXT NOT NULL DEFAULT ''");
    return new DavDatabase(sqlite);
  }

  close(): void {
    this.sqlite.close();
  }

  /** What is known of a resource, or, of a collection and all below it, in as many questions. */
  view(path: string, withMembers: boolean): DavView {
    const where = withMembers ? isBelow : 'resource = ?1';
    const sql = `SELECT resource, prop, ns, value FROM properties WHERE ${where}`;
    return new DavView(
      this.sqlite.all(sql, [toText(path)]),
      this.locks(path, withMembers ? 'all' : 'covering'),
    );
  }

  /** All of it, or nothing; a change without a value removes the property. */
  changeProperties(
    path: string,
    changes: readonly (PropertyName & { readonly value: string | null })[],
  ): void {
    this.sqlite.transaction(() => {
      for (const { namespace, name, value } of changes) {
        const key = [toText(path), toText(name), toText(namespace)];
        if (value === null)
          this.sqlite.run('DELETE FROM properties WHERE resource = ? AND prop = ? AND ns = ?', key);
        else
          this.sqlite.run('REPLACE INTO properties (resource, prop, ns, value) VALUES (?, ?, ?, ?)', [
            ...key,
            toText(value),
          ]);
      }
    });
  }

  removeProperties(path: string): void {
    this.sqlite.run('DELETE FROM properties WHERE resource = ?', [toText(path)]);
  }

  /** Of a collection and of all below it, as the other ones that name all. */
  removeAllProperties(path: string): void {
    this.sqlite.run(`DELETE FROM properties WHERE ${isBelow}`, [toText(path)]);
  }

  copyProperties(from: string, to: string): void {
    const sql = `INSERT OR REPLACE INTO properties SELECT ?, prop, ns, value FROM properties WHERE resource = ?`;
    this.sqlite.run(sql, [toText(to), toText(from)]);
  }

  moveProperties(from: string, to: string): void {
    const sql = 'UPDATE OR REPLACE properties SET resource = ? WHERE resource = ?';
    this.sqlite.run(sql, [toText(to), toText(from)]);
  }

  copyAllProperties(from: string, to: string): void {
    const moved = '?2 || SUBSTR(resource, LENGTH(?1) + 1)';
    const sql = `INSERT OR REPLACE INTO properties SELECT ${moved}, prop, ns, value FROM properties WHERE ${isBelow}`;
    this.sqlite.run(sql, [toText(from), toText(to)]);
  }

  moveAllProperties(from: string, to: string): void {
    const sql = `UPDATE OR REPLACE properties SET resource = ?2 || SUBSTR(resource, LENGTH(?1) + 1) WHERE ${isBelow}`;
    this.sqlite.run(sql, [toText(from), toText(to)]);
  }

  lock(token: string): Lock | null {
    const [row] = this.sqlite.all(`SELECT ${lockColumns} FROM locks WHERE locktoken = ?`, [toText(token)]);
    return row === undefined ? null : lockOf(row);
  }

  locks(path: string, reach: LockReach): Lock[] {
    const where = {
      covering:
        '(resource = ?1 AND depth <> -1 OR depth = -1 AND resource = SUBSTR(?1, 1, LENGTH(resource)))',
      all: `(resource = ?1 OR depth = -1 AND resource = SUBSTR(?1, 1, LENGTH(resource)) OR ${isBelow})`,
    }[reach];
    const sql = `SELECT ${lockColumns} FROM locks WHERE timeout > ?2 AND ${where}`;
    return this.sqlite.all(sql, [toText(path), epochSeconds()]).map((row) => lockOf(row));
  }

  addLock(lock: Lock): void {
    const { token, root, scope, owner, ownerInfo, isDeep, secondsLeft } = lock;
    const now = epochSeconds();
    this.sqlite.run('DELETE FROM locks WHERE timeout <= ?', [now]);
    this.sqlite.run(
      `INSERT INTO locks (locktoken, resource, lockscope, locktype, owner, ownerinfo, depth, timeout)
       VALUES (?, ?, ?, 'write', ?, ?, ?, ?)`,
      [...[token, root, scope, owner, ownerInfo].map(toText), isDeep ? -1 : 0, now + secondsLeft],
    );
  }

  /** False where there is no such lock, or not any more. */
  refreshLock(token: string, seconds: number): boolean {
    const now = epochSeconds();
    const sql = 'UPDATE locks SET timeout = ? WHERE locktoken = ? AND timeout > ?';
    return this.sqlite.run(sql, [now + seconds, toText(token), now]) > 0;
  }

  removeLock(token: string): boolean {
    return this.sqlite.run('DELETE FROM locks WHERE locktoken = ?', [toText(token)]) > 0;
  }

  removeLocks(path: string): void {
    this.sqlite.run('DELETE FROM locks WHERE resource = ?', [toText(path)]);
  }

  removeLocksBelow(path: string): void {
    this.sqlite.run(`DELETE FROM locks WHERE ${isBelow}`, [toText(path)]);
  }
}

/** What the database held at one time: a question a member would keep all other requests waiting. */
export class DavView {
  private readonly byPath = new Map<string, Property[]>();
  private readonly allLocks: readonly Lock[];

  constructor(rows: readonly SqlRow[], locks: readonly Lock[]) {
    this.allLocks = locks;
    for (const { resource, prop, ns, value } of rows) {
      const property = { namespace: toLatin1(ns), name: toLatin1(prop), value: toLatin1(value) };
      const known = this.byPath.get(String(resource));
      if (known === undefined) this.byPath.set(String(resource), [property]);
      else known.push(property);
    }
  }

  properties(path: string): readonly Property[] {
    return this.byPath.get(toText(path)) ?? [];
  }

  property(path: string, { namespace, name }: PropertyName): string | null {
    const found = this.properties(path).find((one) => one.name === name && one.namespace === namespace);
    return found?.value ?? null;
  }

  locks(path: string, reach: 'own' | 'covering'): Lock[] {
    const covers = ({ root, isDeep }: Lock): boolean =>
      root === path || (reach === 'covering' && isDeep && path.startsWith(root));
    return this.allLocks.filter(covers);
  }
}

/** The clocks of workers tick apart; a lock ends for all at once. */
function epochSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function lockOf({ locktoken, resource, lockscope, owner, ownerinfo, depth, timeout }: SqlRow): Lock {
  return {
    token: toLatin1(locktoken),
    root: toLatin1(resource),
    scope: lockscope === 'exclusive' ? 'exclusive' : 'shared',
    owner: toLatin1(owner),
    ownerInfo: toLatin1(ownerinfo),
    isDeep: Number(depth) === -1,
    secondsLeft: Number(timeout) - epochSeconds(),
  };
}

/** Bytes that are no UTF-8 are taken one by one: no two paths become the same. */
function toText(latin1: string): string {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? latin1 : text;
}

function toLatin1(value: unknown): string {
  return Buffer.from(String(value), 'utf8').toString('latin1');
}
