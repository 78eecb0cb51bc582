import { posix } from 'node:path';
import type { StaticExport } from 'oxc-parser';
import {
  fileSystemPlaces,
  moduleOf,
  packageHomes,
  type RoomName,
  roomOf,
  rooms,
  seeNoModule,
} from './rooms.js';
import { type Finding, finding, type SourceFile } from './source-file.js';

/** One `import` or `export ... from`. */
export interface Import {
  readonly offset: number;
  /** As written: `node:fs`, `chevrotain`, `../http/date.js`. */
  readonly specifier: string;
  /** The file it names, from the project's root; null for packages and Node's own modules. */
  readonly target: string | null;
  readonly typeOnly: boolean;
}

export function importsOf(file: SourceFile): readonly Import[] {
  const { staticImports, staticExports, dynamicImports } = file.parsed.module;
  const describe = (offset: number, specifier: string, typeOnly: boolean): Import => ({
    offset,
    specifier,
    target: targetOf(file.path, specifier),
    typeOnly,
  });
  return [
    ...staticImports.map((item) =>
      describe(
        item.start,
        item.moduleRequest.value,
        item.entries.length > 0 && item.entries.every((entry) => entry.isType),
      ),
    ),
    ...staticExports.flatMap((item) => {
      const from = reExportSource(item);
      return from === undefined
        ? []
        : [
            describe(
              item.start,
              from,
              item.entries.every((entry) => entry.isType),
            ),
          ];
    }),
    ...dynamicImports.flatMap((item) => {
      const literal = /^['"](.*)['"]$/.exec(
        file.text.slice(item.moduleRequest.start, item.moduleRequest.end),
      );
      return literal ? [describe(item.start, literal[1] ?? '', false)] : [];
    }),
  ];
}

function reExportSource(item: StaticExport): string | undefined {
  return item.entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value;
}

function targetOf(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** Rooms import only what the table of rooms lets them; types count. */
export function roomImports(files: readonly SourceFile[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const file of files) {
    const room = roomOf(file.path);
    if (room === null) {
      if (file.path.startsWith('src/')) findings.push(finding(file, 0, 'stands in no room of src/'));
      continue;
    }
    for (const item of importsOf(file)) {
      const problem = item.target === null ? packageProblem(item, room) : roomProblem(item.target, room);
      if (problem) findings.push(finding(file, item.offset, problem));
    }
  }
  return findings;
}

function roomProblem(target: string, room: RoomName): string | null {
  const other = roomOf(target);
  if (other === null) return `imports ${target}, which is no part of the program`;
  if (other === room) return null;
  if (!rooms[room].imports.includes(other)) {
    return `${room} may not import ${other} (${target}): ${rooms[room].reason}`;
  }
  if (other === 'modules' && seeNoModule.includes(room) && moduleOf(target) !== null) {
    return `${room} may not import the module ${moduleOf(target)}: it reaches modules through their list and their hooks`;
  }
  return null;
}

function packageProblem(item: Import, room: RoomName): string | null {
  if (item.specifier.startsWith('node:')) return null;
  const name = item.specifier
    .split('/')
    .slice(0, item.specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const homes = packageHomes[name];
  if (homes === undefined) return `package ${name} has no home: name one in test/repo/rooms.ts`;
  return homes.includes(room) ? null : `package ${name} is used in ${homes.join(', ')} alone`;
}

/** A module never imports another one, nor the list of all: each can be read, tested and left out by itself. */
export function moduleImports(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const own = moduleOf(file.path);
    if (own === null) return [];
    return importsOf(file)
      .filter(({ target }) => target !== null && roomOf(target) === 'modules' && moduleOf(target) !== own)
      .map(({ offset, target }) =>
        finding(file, offset, `module ${own} imports ${target}: share through plugin/ or a room above`),
      );
  });
}

/** Only named places touch the file system. */
export function fileSystemImports(files: readonly SourceFile[]): readonly Finding[] {
  return files
    .filter(
      (file) => roomOf(file.path) !== null && !fileSystemPlaces.some((place) => file.path.startsWith(place)),
    )
    .flatMap((file) =>
      importsOf(file)
        .filter((item) => /^(node:)?fs(\/promises)?$/.test(item.specifier))
        .map((item) => finding(file, item.offset, `node:fs is for ${fileSystemPlaces.join(', ')} alone`)),
    );
}

/**
 * Files never import each other in a circle. Imports of types may, inside one room: the types of one
 * contract speak of each other.
 */
export function importCycles(files: readonly SourceFile[]): readonly Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const findings: Finding[] = [];
  const finished = new Set<string>();
  const visit = (file: SourceFile, trail: readonly string[]): void => {
    if (finished.has(file.path)) return;
    for (const item of importsOf(file)) {
      const next = item.target === null ? undefined : byPath.get(item.target);
      if (next === undefined || (item.typeOnly && roomOf(next.path) === roomOf(file.path))) continue;
      const start = [...trail, file.path].indexOf(next.path);
      if (start < 0) visit(next, [...trail, file.path]);
      else {
        const circle = [...trail, file.path].slice(start);
        findings.push(
          finding(file, item.offset, `imports in a circle: ${[...circle, next.path].join(' -> ')}`),
        );
      }
    }
    finished.add(file.path);
  };
  for (const file of files) visit(file, []);
  return findings;
}
