import { Visitor } from 'oxc-parser';
import { type Finding, finding, type SourceFile } from './source-file.js';

/** Words that no name of ours has as a part, and what to write instead. */
const bannedNameParts: ReadonlyMap<string, string> = new Map([
  ['con', 'connection, config or condition (lighttpd means connection by it)'],
  ['cfg', 'config'],
  ['req', 'request'],
  ['res', 'response or result'],
  ['resp', 'response'],
  ['buf', 'buffer'],
  ['cb', 'callback'],
  ['idx', 'index'],
  ['str', 'text'],
  ['ctx', 'context'],
  ['tmp', 'what it holds'],
]);

/** Names are whole words: a search for one finds them all. Names that others gave may be used. */
export function nameParts(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const foreign = new Set<number>();
    const findings: Finding[] = [];
    new Visitor({
      MemberExpression: (node) => {
        foreign.add(node.property.start);
      },
      ImportSpecifier: (node) => {
        foreign.add(node.imported.start);
      },
      Identifier: (node) => {
        if (foreign.has(node.start)) return;
        for (const part of partsOf(node.name)) {
          const better = bannedNameParts.get(part);
          if (better) findings.push(finding(file, node.start, `${node.name}: write ${better} for "${part}"`));
        }
      },
    }).visit(file.parsed.program);
    return findings;
  });
}

/** `con`, `host`, `port` for `conHostPort` and `CON_HOST_PORT`. */
function partsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_$]+/);
}

/** `kebab-case.ts`, or a lighttpd module's own name. */
export function fileNames(files: readonly SourceFile[]): readonly Finding[] {
  const right = /^(?:[a-z0-9-]+|mod_[a-z0-9_]+)(?:\.test)?\.(?:ts|d\.ts)$/;
  return files
    .filter((file) => !right.test(file.path.slice(file.path.lastIndexOf('/') + 1)))
    .map((file) =>
      finding(file, 0, 'files are named in-small-words.ts, or as the lighttpd module they hold'),
    );
}
