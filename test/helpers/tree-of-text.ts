import { ConfigSyntax } from '../../grammar/index.js';
import { Evaluator } from '../../src/config/evaluate.js';
import type { TextLoader } from '../../src/config/load-error.js';
import type { ConfigTree } from '../../src/config/tree.js';
import { DiagnosticList } from '../../src/diagnostics/diagnostic.js';
import { renderText } from '../../src/diagnostics/render-text.js';

const syntax = new ConfigSyntax();

/** Configurations of tests stand alone. */
const nothingElse: TextLoader = {
  workingFolder: '/',
  processId: 1,
  expandInclude: refuse,
  readFile: refuse,
  runCommand: refuse,
  environmentVariable: () => undefined,
};

function refuse(): never {
  throw new Error('this configuration includes nothing');
}

/** The evaluated configuration; throws where the text has errors. */
export function treeOfText(text: string): ConfigTree {
  const diagnostics = new DiagnosticList();
  const main = { name: 'test.conf', text, includedFrom: null };
  const tree = new Evaluator(main, syntax, nothingElse, diagnostics).run(main, '');
  if (tree === null || diagnostics.hasErrors) throw new Error(diagnostics.items.map(renderText).join('\n'));
  return tree;
}
