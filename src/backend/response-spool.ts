import { FilePart } from '../files/file-part.js';
import { SpoolFile } from '../files/spool-file.js';
import type { ResponseBody } from '../plugin/response-body.js';

/** An answer that grows beyond this is continued in a file. */
const memoryBytesMax = 65536;

/**
 * Holds an answer that is sent once it is complete (`server.stream-response-body = 0`): its start in memory, the rest
 * in a file, so that large answers and slow clients cost no memory.
 */
export class ResponseSpool {
  private readonly chunks: Buffer[] = [];
  private readonly folders: readonly string[];
  private memoryBytes = 0;
  private file: SpoolFile | null = null;

  constructor(folders: readonly string[]) {
    this.folders = folders;
  }

  /** False where no file can be written. */
  append(content: Buffer): boolean {
    if (this.file === null && this.memoryBytes + content.length <= memoryBytesMax) {
      this.chunks.push(content);
      this.memoryBytes += content.length;
      return true;
    }
    this.file ??= SpoolFile.create(this.folders);
    return this.file?.append(content) ?? false;
  }

  /** Hands all of it to the answer's body; the file is closed with it. */
  moveTo(body: ResponseBody): void {
    for (const chunk of this.chunks) body.append(chunk);
    if (this.file !== null) body.appendFile(new FilePart(this.file.fd, 0, this.file.length, true));
    this.file = null;
    this.drop();
  }

  drop(): void {
    this.file?.close();
    this.file = null;
    this.chunks.length = 0;
    this.memoryBytes = 0;
  }
}
