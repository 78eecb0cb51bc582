import { resolve } from 'node:path';
import { fileStamp, readWhole } from '../files/kept-files.js';

/** Certificate and key are replaced one after the other: both are sent once neither has changed for so long. */
const lookEveryMs = 1000;

/** A file as it was last seen, and as it was when it was last sent. */
interface WatchedFile {
  seen: string;
  sent: string;
}

/**
 * Reads files that workers may not be allowed to read, when they change. They are asked for once a second: files
 * behind links and in folders that are replaced are no different then.
 */
export class KeptFilesWatcher {
  private readonly workingFolder: string;
  private readonly onChange: (name: string, content: Buffer) => void;
  private readonly files = new Map<string, WatchedFile>();
  private timer: NodeJS.Timeout | null = null;

  constructor(workingFolder: string, onChange: (name: string, content: Buffer) => void) {
    this.workingFolder = workingFolder;
    this.onChange = onChange;
  }

  /** These files have just been read. */
  follow(names: readonly string[]): void {
    this.files.clear();
    for (const name of names) {
      const stamp = fileStamp(this.pathOf(name));
      this.files.set(name, { seen: stamp, sent: stamp });
    }
    this.close();
    if (names.length > 0) this.timer = setInterval(() => this.look(), lookEveryMs);
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private look(): void {
    let isQuiet = true;
    for (const [name, file] of this.files) {
      const stamp = fileStamp(this.pathOf(name));
      if (stamp !== file.seen) isQuiet = false;
      file.seen = stamp;
    }
    if (!isQuiet) return;
    for (const [name, file] of this.files) {
      if (file.seen === file.sent) continue;
      file.sent = file.seen;
      const content = readWhole(this.pathOf(name));
      if (typeof content !== 'string') this.onChange(name, content);
    }
  }

  private pathOf(name: string): string {
    return resolve(this.workingFolder, name);
  }
}
