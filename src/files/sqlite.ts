import { rmdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Database } from 'node-sqlite3-wasm';

export type SqlValue = string | number;
export type SqlRow = Readonly<Record<string, unknown>>;

/** How long others may hold the database before a question fails. */
const busyMs = 5000;
/** Whoever holds it for so long has died: nobody keeps it for more than one statement or a few. */
const staleLockMs = 10_000;

/** An SQLite database in a file that several processes share. Throws what SQLite says. */
export class SqliteDatabase {
  private readonly database: Database;
  private readonly path: string;

  private constructor(database: Database, path: string) {
    this.database = database;
    this.path = path;
    database.exec(`PRAGMA busy_timeout = ${busyMs}`);
  }

  /** Made where there is none. SQLite takes a tenth of a second to load, and is loaded with the first one. */
  static open(path: string): SqliteDatabase {
    const sqlite: typeof import('node-sqlite3-wasm') = createRequire(import.meta.url)('node-sqlite3-wasm');
    const name = Buffer.from(path, 'latin1').toString('utf8');
    return new SqliteDatabase(new sqlite.Database(name), name);
  }

  exec(sql: string): void {
    this.removeStaleLock();
    this.database.exec(sql);
  }

  /** Gives the number of rows that were changed. */
  run(sql: string, values: SqlValue[]): number {
    this.removeStaleLock();
    return this.database.run(sql, values).changes;
  }

  all(sql: string, values: SqlValue[]): readonly SqlRow[] {
    this.removeStaleLock();
    return this.database.all(sql, values) as SqlRow[];
  }

  /** All of it, or nothing. */
  transaction(action: () => void): void {
    this.exec('BEGIN IMMEDIATE');
    try {
      action();
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.database.close();
  }

  /** A process that is killed leaves the folder behind by which it held the database. */
  private removeStaleLock(): void {
    const lock = `${this.path}.lock`;
    try {
      const stats = statSync(lock, { throwIfNoEntry: false });
      if (stats !== undefined && Date.now() - stats.mtimeMs > staleLockMs) rmdirSync(lock);
    } catch {
      // somebody else was quicker
    }
  }
}
