// Writes what is made of the grammar: the types of the parser's concrete syntax tree (grammar/cst.d.ts), and the EBNF and
// the diagrams in grammar/README.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { describeGrammar, treeTypes, withDescription } from './grammar-page.js';

writeFileSync('grammar/cst.d.ts', treeTypes());
const page = 'grammar/README.md';
writeFileSync(page, withDescription(readFileSync(page, 'utf8'), describeGrammar()));
