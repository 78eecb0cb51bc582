import * as fs from 'node:fs';
import type { HeaderTemplate } from '../http/header-list.js';

/** What a path is, as last asked of the file system, and what was made from that. */
export class StatEntry {
  readonly path: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly size: number;
  /** Whole seconds since the epoch. */
  readonly mtime: number;
  readonly mtimeNs: bigint;
  readonly inode: bigint;
  readonly device: bigint;
  /** May anyone execute it? Any execute bit counts. */
  readonly isExecutable: boolean;
  /** Second (monotonic) of the last look at the file system. */
  checkedAt = 0;
  /** The whole file, while it is small, or asked for often, and the cache has room. */
  content: Buffer | null = null;
  /** How often the content was asked for while it was not in memory. */
  contentAsked = 0;
  /** The type found for it at first; kept as long as the entry, whatever other settings would say. */
  contentType: string | null = null;
  /** Headers of a 200 and of a 304 answer with this file, with what they were made for. */
  template: HeaderTemplate | null = null;
  notModifiedTemplate: HeaderTemplate | null = null;

  constructor(path: string, stats: fs.BigIntStats) {
    this.path = path;
    this.isFile = stats.isFile();
    this.isDirectory = stats.isDirectory();
    this.size = Number(stats.size);
    this.mtime = Number(stats.mtimeNs / 1_000_000_000n);
    this.mtimeNs = stats.mtimeNs;
    this.inode = stats.ino;
    this.device = stats.dev;
    this.isExecutable = (stats.mode & 0o111n) !== 0n;
  }

  isSameAs(stats: fs.BigIntStats): boolean {
    return (
      this.mtimeNs === stats.mtimeNs &&
      this.inode === stats.ino &&
      this.device === stats.dev &&
      BigInt(this.size) === stats.size &&
      this.isFile === stats.isFile() &&
      this.isExecutable === ((stats.mode & 0o111n) !== 0n)
    );
  }
}

export type StatError = 'ENOENT' | 'ENOTDIR' | 'EACCES' | 'ENAMETOOLONG' | 'ELOOP' | 'other';

const entriesMax = 16384;
/** Files up to this size are kept in memory; larger ones, up to the second size, once they are asked for that often. */
const contentMax = 65536;
const hotContentMax = 1024 * 1024;
const hotFrom = 8;
const contentTotalMax = 16 * 1024 * 1024;

/** A path as `fs` takes it: latin1 text that is not ASCII becomes bytes. */
export function fsPath(path: string): string | Buffer {
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 127) return Buffer.from(path, 'latin1');
  return path;
}

/**
 * Remembers what paths are for the rest of the second in which they were asked (stat_cache.c, engine "simple"), and
 * keeps small files in memory for as long as they do not change. What is missing is asked for once a turn of the event
 * loop: many requests at once for one path cost one look. `seconds` tells the time, so that the hot path asks no
 * kernel. With `enabled` off, each question goes to the file system.
 */
export class StatCache {
  private readonly entries = new Map<string, StatEntry>();
  /** Paths that were not there when they were asked for in this turn of the event loop. */
  private readonly missing = new Set<string>();
  private readonly seconds: () => number;
  private readonly enabled: boolean;
  private contentTotal = 0;

  constructor(seconds: () => number, enabled = true) {
    this.seconds = seconds;
    this.enabled = enabled;
  }

  /** Synchronous: what is known is answered from memory, the rest costs one system call. */
  get(path: string): StatEntry | StatError {
    const known = this.entries.get(path);
    const now = this.seconds();
    if (known !== undefined && known.checkedAt === now && this.enabled) return known;
    if (this.missing.size !== 0 && this.missing.has(path)) return 'ENOENT';
    return this.look(path, known, now);
  }

  private look(path: string, known: StatEntry | undefined, now: number): StatEntry | StatError {
    let stats: fs.BigIntStats | undefined;
    try {
      if (path.includes('\0')) return 'ENOENT';
      stats = fs.statSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
    } catch (error) {
      this.forget(path);
      return statError((error as NodeJS.ErrnoException).code);
    }
    if (stats === undefined) {
      if (known !== undefined) this.forget(path);
      this.rememberMissing(path);
      return 'ENOENT';
    }
    if (known?.isSameAs(stats)) {
      known.checkedAt = now;
      return known;
    }
    this.forget(path);
    const entry = new StatEntry(path, stats);
    entry.checkedAt = now;
    if (this.entries.size >= entriesMax) this.forget(this.entries.keys().next().value as string);
    this.entries.set(path, entry);
    return entry;
  }

  private rememberMissing(path: string): void {
    if (!this.enabled) return;
    if (this.missing.size === 0) setImmediate(this.forgetMissing);
    this.missing.add(path);
  }

  private readonly forgetMissing = () => this.missing.clear();

  private forget(path: string): void {
    const entry = this.entries.get(path);
    if (entry === undefined) return;
    this.entries.delete(path);
    if (entry.content !== null) this.contentTotal -= entry.content.length;
    entry.content = null;
  }

  /** What is at the path has changed, with or without a slash behind it: it is asked for again. */
  changed(path: string): void {
    const plain = path.endsWith('/') ? path.slice(0, -1) : path;
    for (const known of [plain, `${plain}/`]) {
      this.forget(known);
      this.missing.delete(known);
    }
  }

  /** The same of a folder and of all below it; its path ends with a slash. */
  changedBelow(folder: string): void {
    this.changed(folder);
    for (const known of this.entries.keys()) if (known.startsWith(folder)) this.forget(known);
    for (const known of this.missing) if (known.startsWith(folder)) this.missing.delete(known);
  }

  /** Drops what was not asked for in the last `age` seconds. */
  expire(age: number): void {
    const oldest = this.seconds() - age;
    for (const [path, entry] of this.entries) if (entry.checkedAt < oldest) this.forget(path);
  }

  /**
   * The whole content of a small file, or of one that is asked for often, from memory or read now; null where it is too
   * large, cannot be read, or is no longer what the entry says.
   */
  content(entry: StatEntry): Buffer | null {
    if (entry.content !== null) return entry.content;
    const isLarge = entry.size > contentMax;
    if (entry.size > hotContentMax || !entry.isFile || (isLarge && ++entry.contentAsked < hotFrom))
      return null;
    const content = readWhole(entry);
    if (content === null) return null;
    if (this.contentTotal + content.length > contentTotalMax) this.dropContents();
    if (this.entries.get(entry.path) === entry) {
      this.contentTotal += content.length;
      entry.content = content;
    }
    return content;
  }

  private dropContents(): void {
    for (const entry of this.entries.values()) entry.content = null;
    this.contentTotal = 0;
  }
}

function statError(code: string | undefined): StatError {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EACCES':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return code;
    default:
      return 'other';
  }
}

function readWhole(entry: StatEntry): Buffer | null {
  const fd = openForReading(entry.path, true);
  if (typeof fd === 'string') return null;
  try {
    if (!entry.isSameAs(fs.fstatSync(fd, { bigint: true }))) return null;
    const content = Buffer.allocUnsafeSlow(entry.size);
    let length = 0;
    while (length < entry.size) {
      const count = fs.readSync(fd, content, length, entry.size - length, length);
      if (count === 0) return null;
      length += count;
    }
    return content;
  } catch {
    return null;
  } finally {
    fs.closeSync(fd);
  }
}

/** Opens a file; the error's name where that fails. Never waits on a pipe. */
export function openForReading(path: string, followSymlink: boolean): number | StatError {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  try {
    return fs.openSync(fsPath(path), O_RDONLY | O_NONBLOCK | (followSymlink ? 0 : O_NOFOLLOW));
  } catch (error) {
    return statError((error as NodeJS.ErrnoException).code);
  }
}

/** Is any part of the path a symbolic link? */
export function containsSymlink(path: string): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const part = path.endsWith('/', end) ? path.slice(0, end - 1) : path.slice(0, end);
    if (part === '') continue;
    try {
      if (fs.lstatSync(fsPath(part)).isSymbolicLink()) return true;
    } catch {
      return true;
    }
  }
  return false;
}
