import fc from 'fast-check';
import type * as ast from '../../grammar/index.js';

const range: ast.ConfigFile['range'] = {
  source: { name: 'made', text: '', includedFrom: null },
  start: 0,
  end: 0,
  line: 1,
  column: 1,
};

const words = new Set(['include', 'include_shell', 'global', 'else', 'elif', 'elsif', 'elseif', 'if']);
const name = fc
  .stringMatching(/^[A-Za-z._-][A-Za-z0-9._-]{0,12}$/)
  .filter((text) => !words.has(text))
  .map((text): ast.Name => ({ type: 'name', range, text }));
// a string cannot end with a backslash: there is no way to write it
const text = fc
  .array(fc.integer({ min: 1, max: 255 }), { maxLength: 12 })
  .map((bytes) => String.fromCharCode(...bytes).replace(/\\+$/, ''))
  .map((value): ast.StringLiteral => ({ type: 'string', range, value }));
const integer = fc
  .nat()
  .map((value): ast.IntegerLiteral => ({ type: 'integer', range, digits: String(value) }));

const { expression } = fc.letrec<{ expression: ast.Expression; term: ast.Term; array: ast.ArrayLiteral }>(
  (tie) => ({
    term: fc.oneof({ maxDepth: 3 }, text, integer, name, tie('array')),
    array: fc
      .array(
        fc.record({
          type: fc.constant('element' as const),
          range: fc.constant(range),
          key: fc.option(tie('expression'), { nil: null }),
          value: tie('expression'),
        }),
        { maxLength: 4 },
      )
      .map((elements) => ({ type: 'array' as const, range, elements })),
    expression: fc.oneof(
      { withCrossShrink: true },
      tie('term'),
      fc
        .array(tie('term'), { minLength: 2, maxLength: 3 })
        .map((terms) => ({ type: 'sum' as const, range, terms })),
    ),
  }),
);

const condition = fc.record({
  type: fc.constant('condition' as const),
  range: fc.constant(range),
  object: fc.constantFrom('HTTP', 'SERVER', 'REQUEST_HEADER', 'x'),
  key: text,
  operator: fc.constantFrom<ast.ComparisonOperator[]>('==', '!=', '=~', '!~', '=^', '=$'),
  value: expression,
});

const { statements } = fc.letrec<{ statements: ast.Statement[]; statement: ast.Statement }>((tie) => ({
  statements: fc.array(tie('statement'), { maxLength: 4 }),
  statement: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      type: fc.constant('assignment' as const),
      range: fc.constant(range),
      name,
      operator: fc.constantFrom<ast.Assignment['operator'][]>('=', ':=', '+='),
      value: expression,
    }),
    fc.record({
      type: fc.constant('include' as const),
      range: fc.constant(range),
      keyword: fc.constantFrom<ast.Include['keyword'][]>('include', 'include_shell'),
      argument: expression,
    }),
    tie('statements').map((inner) => ({ type: 'global' as const, range, statements: inner })),
    fc
      .tuple(
        fc.tuple(condition, tie('statements')),
        fc.array(fc.tuple(fc.option(condition, { nil: null }), tie('statements')), { maxLength: 3 }),
      )
      .map(([first, others]) => ({
        type: 'conditional' as const,
        range,
        branches: [first, ...others].map(([when, inner]) => ({
          type: 'branch' as const,
          range,
          condition: when,
          statements: inner,
        })),
      })),
  ),
}));

/** Any syntax tree that a text can have; its ranges are empty. */
export const anyTree: fc.Arbitrary<ast.ConfigFile> = statements.map((made) => ({
  type: 'file',
  range,
  statements: made,
}));

/** The tree without its ranges, to be compared. */
export function withoutRanges(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutRanges);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).filter(([key]) => key !== 'range');
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutRanges(value)]));
}
