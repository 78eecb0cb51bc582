import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file that a test needs. */
export interface FileSpec {
  readonly text?: Text;
  readonly base64?: string;
  /** A text, and how often it is repeated. */
  readonly repeat?: readonly [string, number];
  readonly symlink?: string;
  readonly dir?: boolean;
  /** Octal. */
  readonly mode?: string;
  /** Seconds since the epoch. */
  readonly mtime?: number;
  /** The text is taken as it stands, without filling in placeholders. */
  readonly raw?: boolean;
}

/** Files by path; a plain string is a text. */
export type FileTree = Readonly<Record<string, string | FileSpec>>;

/** A text, or its lines. */
export type Text = string | readonly string[];

export function joinLines(text: Text): string {
  return typeof text === 'string' ? text : `${text.join('\n')}\n`;
}

/** Every file has the same age unless it says otherwise, so that Last-Modified and ETag can be repeated. */
const mtimeDefault = 1_700_000_000;

/** Writes the files below `root`; links come last, so that what they name exists. */
export function layOutFiles(
  root: string,
  files: FileTree,
  fill: (text: string) => string = (text) => text,
): void {
  const specs = Object.entries(files).map(
    ([name, spec]) => [join(root, name), typeof spec === 'string' ? { text: spec } : spec] as const,
  );
  for (const [path, spec] of specs) {
    mkdirSync(spec.dir ? path : dirname(path), { recursive: true });
    if (spec.symlink !== undefined) continue;
    if (!spec.dir) writeFileSync(path, contentOf(spec, fill));
    if (spec.mode) chmodSync(path, Number.parseInt(spec.mode, 8));
    const mtime = spec.mtime ?? mtimeDefault;
    utimesSync(path, mtime, mtime);
  }
  for (const [path, spec] of specs) {
    if (spec.symlink !== undefined) symlinkSync(fill(spec.symlink), path);
  }
}

function contentOf(spec: FileSpec, fill: (text: string) => string): Buffer {
  if (spec.base64 !== undefined) return Buffer.from(spec.base64, 'base64');
  if (spec.repeat) return Buffer.from(spec.repeat[0].repeat(spec.repeat[1]));
  const text = joinLines(spec.text ?? '');
  return Buffer.from(spec.raw ? text : fill(text));
}
