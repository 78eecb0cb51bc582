import { type FSWatcher, watch } from 'chokidar';
import type { ConfigTree } from '../config/tree.js';
import { contentOf, stateOf, type WatchedFiles, watchedFiles } from './watched-files.js';

/** The files must be as they are for so long before a change of them counts. */
const quietMs = 200;

/**
 * Tells when the configuration's files have changed and are quiet again. Folders are watched, because editors and
 * Kubernetes put new files and links into the place of old ones; contents decide, because they touch files
 * without changing them.
 */
export class ConfigWatcher {
  private readonly workingFolder: string;
  private readonly onChange: () => void;
  private readonly warn: (message: string) => void;
  private watcher: FSWatcher | null = null;
  private watched: WatchedFiles = { files: [], folders: [], texts: new Map() };
  /** As it was when it was last read, or told about. */
  private known = '';
  /** As it was at the last look, while it changes. */
  private seen = '';
  private timer: NodeJS.Timeout | null = null;

  constructor(workingFolder: string, onChange: () => void, warn: (message: string) => void) {
    this.workingFolder = workingFolder;
    this.onChange = onChange;
    this.warn = warn;
  }

  /** Watches what this configuration was read from. What has changed since it was read counts as a change. */
  follow(tree: ConfigTree): void {
    const watched = watchedFiles(tree, this.workingFolder);
    if (watched.folders.join('\0') !== this.watched.folders.join('\0')) this.watchFolders(watched.folders);
    this.watched = watched;
    const { texts } = watched;
    this.known = stateOf(watched, (file) => texts.get(file) ?? '');
    this.look();
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.watcher?.close();
  }

  private watchFolders(folders: readonly string[]): void {
    this.watcher?.close();
    const watcher = watch([...folders], {
      depth: 0,
      ignoreInitial: true,
      // what happens in a folder is told by the folder itself
      ignored: (path) => !folders.includes(path),
    });
    watcher.on('raw', () => this.look());
    watcher.on('error', (error) => this.warn(`changes of the configuration are not noticed: ${error}`));
    this.watcher = watcher;
  }

  /** Waits until two looks in a row see the same. */
  private look(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.compare(), quietMs);
  }

  private compare(): void {
    this.timer = null;
    const now = stateOf(this.watched, contentOf);
    if (now === this.known) return;
    if (now !== this.seen) {
      this.seen = now;
      this.look();
      return;
    }
    this.known = now;
    this.onChange();
  }
}
