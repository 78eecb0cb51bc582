import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParseResult, parseSync } from 'oxc-parser';
import { projectRoot } from '../helpers/project-root.js';

/** One TypeScript file of the project, parsed. */
export interface SourceFile {
  /** From the project's root, with slashes: `src/http/range.ts`. */
  readonly path: string;
  readonly text: string;
  readonly parsed: ParseResult;
}

/** A place where a rule of the code base is broken, and what to do about it. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** A rule looks at all files at once: some (cycles, unused codes) need more than one. */
export type Rule = (files: readonly SourceFile[]) => readonly Finding[];

const sourceFolders = ['grammar', 'src', 'test', 'bench', 'tools'] as const;

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, parsed: parseSync(path, text) };
}

/** Every TypeScript file of the project. */
export function readSourceFiles(): readonly SourceFile[] {
  return sourceFolders
    .flatMap((folder) => filesBelow(folder, '.ts'))
    .map((path) => sourceFile(path, readProjectFile(path)));
}

export function readProjectFile(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/** Paths from the project's root of the files below a folder whose names end so; none where there is no folder. */
export function filesBelow(folder: string, ending: string): readonly string[] {
  const full = join(projectRoot, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** The line, counted from 1, of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

export function finding(file: SourceFile, offset: number, message: string): Finding {
  return { path: file.path, line: lineAt(file.text, offset), message };
}

/** `src/http/range.ts:12 what is wrong`, a line each: reads well as the message of a failed assertion. */
export function asText(findings: readonly Finding[]): string {
  return findings.map(({ path, line, message }) => `${path}:${line} ${message}`).join('\n');
}
