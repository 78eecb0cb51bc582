import * as fs from 'node:fs';
import { fsPath } from './stat-cache.js';

/** The whole of a file as latin1 text; empty where it is none or cannot be read. */
export async function readText(path: string): Promise<string> {
  try {
    return await fs.promises.readFile(fsPath(path), 'latin1');
  } catch {
    return '';
  }
}
