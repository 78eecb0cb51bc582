import { type Node, Visitor } from 'oxc-parser';
import { roomOf } from './rooms.js';
import { type Finding, finding, type SourceFile } from './source-file.js';

/** Standard output belongs to the command line; everything else has logs and diagnostics. */
export function standardOutput(files: readonly SourceFile[]): readonly Finding[] {
  return inRooms(files, ['cli'], (file, report) => ({
    MemberExpression: (node) => {
      const text = file.text.slice(node.start, node.end);
      if (/^(process\s*\.\s*stdout|console\s*\.\s*\w+)$/.test(text)) {
        report(node, `${text} is for cli/ alone: log it, or return it`);
      }
    },
  }));
}

/** A part that ends the process takes all others with it. */
export function endOfProcess(files: readonly SourceFile[]): readonly Finding[] {
  return inRooms(files, ['main', 'cli', 'process'], (file, report) => ({
    MemberExpression: (node) => {
      const text = file.text.slice(node.start, node.end);
      if (/^process\s*\.\s*(exit|exitCode|abort|reallyExit)$/.test(text)) {
        report(node, `${text} is for main, cli/ and process/ alone: give an error back`);
      }
    },
  }));
}

/** State at file level would be shared by two servers in one process. */
export function fileState(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    if (roomOf(file.path) === null) return [];
    return file.parsed.program.body.flatMap((statement) => {
      const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (declaration?.type !== 'VariableDeclaration') return [];
      const mutable =
        declaration.kind !== 'const' ||
        declaration.declarations.some(({ id, init }) => isEmptyContainer(init) && !isReadonly(file, id));
      if (!mutable || declaration.declare) return [];
      return [
        finding(
          file,
          declaration.start,
          'holds state at file level: put it into an object that one server owns',
        ),
      ];
    });
  });
}

/** An empty container at file level is there to be filled; facts by object in a WeakMap belong to the object. */
function isEmptyContainer(node: Node | null): boolean {
  if (node?.type === 'ArrayExpression') return node.elements.length === 0;
  if (node?.type !== 'NewExpression' || node.arguments.length > 0 || node.callee.type !== 'Identifier')
    return false;
  return ['Map', 'Set', 'Array'].includes(node.callee.name);
}

function isReadonly(file: SourceFile, name: Node): boolean {
  return /:\s*(?:readonly |Readonly)/.test(file.text.slice(name.start, name.end));
}

type Visits = ConstructorParameters<typeof Visitor>[0];
type Report = (node: Node, message: string) => void;

function inRooms(
  files: readonly SourceFile[],
  except: readonly string[],
  visits: (file: SourceFile, report: Report) => Visits,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const file of files) {
    const room = roomOf(file.path);
    if (room === null || except.includes(room)) continue;
    const report: Report = (node, message) => findings.push(finding(file, node.start, message));
    new Visitor(visits(file, report)).visit(file.parsed.program);
  }
  return findings;
}
