import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { projectRoot } from '../helpers/project-root.js';
import { type Finding, lineAt } from './source-file.js';
import type { ProjectText } from './words.js';

const existsInProject = (path: string): boolean => existsSync(join(projectRoot, path));

/** Files that a page names, from the project's root or from `src/`, are there; NAME and the like stand for any. */
export function deadFileNames(pages: readonly ProjectText[], exists = existsInProject): readonly Finding[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`([\w./-]+\/[\w./-]+\.(?:ts|mjs|json|md))`/g)].flatMap((match) => {
      const name = match[1] ?? '';
      if (/[A-Z]{4}/.test(name.replace('README', '')) || exists(name) || exists(`src/${name}`)) return [];
      return [{ path, line: lineAt(text, match.index), message: `no such file: ${name}` }];
    }),
  );
}

/** Links between the project's own pages lead somewhere. */
export function deadLinks(pages: readonly ProjectText[], exists = existsInProject): readonly Finding[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
      const link = (match[1] ?? '').replace(/#.*$/, '');
      if (link === '' || /^[a-z]+:/.test(link)) return [];
      const target = posix.join(posix.dirname(path), link);
      return exists(target)
        ? []
        : [{ path, line: lineAt(text, match.index), message: `no such file: ${target}` }];
    }),
  );
}

/** What `changelog.d/README.md` asks of an entry. */
const kinds = ['added', 'changed', 'fixed', 'removed', 'security'];
const entryName = new RegExp(`^changelog\\.d/[a-z0-9-]+\\.(?:${kinds.join('|')})\\.md$`);
const entryCharactersMax = 500;

/** A changelog entry says in whole sentences what a user notices; its file's name says which kind it is. */
export function changelogEntries(entries: readonly ProjectText[]): readonly Finding[] {
  return entries.flatMap(({ path, text }) => {
    const problems: string[] = [];
    if (!entryName.test(path)) problems.push(`name it subject.KIND.md, where KIND is ${kinds.join(', ')}`);
    if (!/^[A-Z`"]/.test(text) || !/\.\n$/.test(text))
      problems.push('write whole sentences, and end the last line');
    if (/^(?:#|[-*] )/m.test(text)) problems.push('write plain sentences, without headings and bullets');
    if (text.length > entryCharactersMax)
      problems.push(`has ${text.length} characters, ${entryCharactersMax} are allowed`);
    return problems.map((message) => ({ path, line: 1, message }));
  });
}
