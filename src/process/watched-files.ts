import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { ConfigTree } from '../config/tree.js';

/** Links that lead to links, before it is called a loop. */
const linksMax = 40;

/** The files that a configuration was read from, and the folders where a change of any of them shows. */
export interface WatchedFiles {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** What was read, by file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Relative names count from `workingFolder`. The output of commands is not watched, only what called them. */
export function watchedFiles(tree: ConfigTree, workingFolder: string): WatchedFiles {
  const texts = new Map(
    tree.sources.map(({ name, text }) => [resolve(workingFolder, fromLatin1(name)), text]),
  );
  const files = [...texts.keys()].filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
  const folders = new Set(files.flatMap(foldersBehind));
  for (const folder of includedFolders(tree, workingFolder)) folders.add(folder);
  return { files, folders: [...folders], texts };
}

/** What is there now, as text that is the same as long as nothing has changed: contents, and names beside them. */
export function stateOf({ files, folders }: WatchedFiles, contentOf: (file: string) => string): string {
  const extensions = new Set(files.map((file) => extname(file)));
  const names = folders.map((folder) => `${folder}: ${configNames(folder, extensions).join(' ')}`);
  return [...names, ...files.map((file) => `${file}: ${contentOf(file)}`)].join('\0');
}

/** Names that a pattern such as `conf.d/*.conf` may find: no hidden files, and nothing that editors leave behind. */
function configNames(folder: string, extensions: ReadonlySet<string>): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.') && extensions.has(extname(name)))
      .sort();
  } catch {
    return [];
  }
}

/** In latin1; says so where it cannot be read. */
export function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    return `missing (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** The folder of the file, and of each link on the way to it: a link may be pointed elsewhere (as by Kubernetes). */
function foldersBehind(file: string): string[] {
  const folders = new Set<string>([dirname(file)]);
  let rest = file.split('/').filter((part) => part !== '');
  let path = '/';
  for (let links = 0; rest.length > 0 && links < linksMax; ) {
    const [part, ...after] = rest;
    const next = join(path, part);
    if (lstatSync(next, { throwIfNoEntry: false })?.isSymbolicLink()) {
      folders.add(path);
      links++;
      const target = resolve(path, readlinkSync(next));
      rest = [...target.split('/').filter((name) => name !== ''), ...after];
      path = '/';
    } else {
      path = next;
      rest = after;
    }
  }
  if (path !== '/') folders.add(dirname(path));
  return [...folders];
}

/** Folders that an include looks for files in by a pattern: they may be empty now. */
function includedFolders({ sources, basedir }: ConfigTree, workingFolder: string): string[] {
  const folders: string[] = [];
  for (const { text } of sources)
    for (const [, pattern] of text.matchAll(/^[ \t]*include[ \t]+"([^"]*[*?[{][^"]*)"/gm)) {
      const folder = pattern.slice(0, pattern.search(/[*?[{]/)).replace(/[^/]*$/, '');
      const base = /^(?:\/|\.\.?\/)/.test(folder) ? '' : basedir;
      folders.push(resolve(workingFolder, fromLatin1(base), fromLatin1(folder)));
    }
  return folders.filter((folder) => basename(folder) !== '');
}

function fromLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
