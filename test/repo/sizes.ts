import { type Node, Visitor } from 'oxc-parser';
import { type Finding, finding, lineAt, type SourceFile } from './source-file.js';

const fileLinesMax = 400;
const functionLinesMax = 70;
/** The share of a file's lines that stand in tables from which on the file counts as a table. */
const tableShareMin = 0.75;

/** Files stay at 400 lines; tests and tables are free. */
export function fileSizes(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const lines = lineCount(file.text);
    if (lines <= fileLinesMax || isTest(file) || isTable(file)) return [];
    return [finding(file, 0, `has ${lines} lines, ${fileLinesMax} are allowed: split it by subject`)];
  });
}

/** Functions stay at 70 lines, whatever their form; tests are free. */
export function functionSizes(files: readonly SourceFile[]): readonly Finding[] {
  return files
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const findings: Finding[] = [];
      const measure = (node: Node): void => {
        const lines = linesOf(file, node);
        if (lines <= functionLinesMax) return;
        const advice = `has ${lines} lines, ${functionLinesMax} are allowed: give its steps names`;
        findings.push(finding(file, node.start, `this function ${advice}`));
      };
      const visitor = new Visitor({
        FunctionDeclaration: measure,
        FunctionExpression: measure,
        ArrowFunctionExpression: measure,
      });
      visitor.visit(file.parsed.program);
      return findings;
    });
}

function isTest(file: SourceFile): boolean {
  return file.path.startsWith('test/');
}

/** A table: three quarters of the file are constant objects or arrays at file level. */
function isTable(file: SourceFile): boolean {
  let tableLines = 0;
  for (const statement of file.parsed.program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') continue;
    for (const { init } of declaration.declarations) {
      if (init && isLiteralTable(init)) tableLines += linesOf(file, init);
    }
  }
  return tableLines >= tableShareMin * lineCount(file.text);
}

function isLiteralTable(node: Node): boolean {
  if (node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression')
    return isLiteralTable(node.expression);
  return node.type === 'ObjectExpression' || node.type === 'ArrayExpression';
}

function lineCount(text: string): number {
  return text.endsWith('\n') ? lineAt(text, text.length) - 1 : lineAt(text, text.length);
}

function linesOf(file: SourceFile, node: Node): number {
  return lineAt(file.text, node.end) - lineAt(file.text, node.start) + 1;
}
