import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root.js';

/**
 * Configurations from public repositories, which are no part of the project: beside it, or where CORPUS says. Those
 * that run commands are left out: nobody has looked at what they run.
 */
export function corpusFiles(): string[] {
  const folder = process.env['CORPUS'] ?? join(projectRoot, '../shared/corpus');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d{4}(?:\.conf)?$/.test(name))
    .sort()
    .flatMap((name) => mainFile(join(folder, name)));
}

function mainFile(path: string): string[] {
  if (!statSync(path).isDirectory()) return runsCommands(path) ? [] : [path];
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
  return files.some((file) => statSync(file).isFile() && runsCommands(file))
    ? []
    : [join(path, 'lighttpd.conf')];
}

function runsCommands(file: string): boolean {
  return /^[^#]*include_shell/m.test(readFileSync(file, 'latin1'));
}
