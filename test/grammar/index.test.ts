import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigSyntax, type Node, type ParsedText } from '../../grammar/index.js';
import { printAst } from '../../grammar/print.js';
import { anyTree, withoutRanges } from './arbitrary-tree.js';

const syntax = new ConfigSyntax();

function parse(text: string): ParsedText {
  return syntax.parse({ name: 'test.conf', text, includedFrom: null });
}

test('a printed tree gives the same tree again', () => {
  fc.assert(
    fc.property(anyTree, (tree) => {
      const { file, problems } = parse(printAst(tree));
      assert.deepEqual(problems, []);
      assert.deepEqual(withoutRanges(file), withoutRanges(tree));
    }),
    { numRuns: 1000 },
  );
});

test('the range of a node holds its text, and its parts lie in it in order', () => {
  fc.assert(
    fc.property(anyTree, (tree) => {
      const text = printAst(tree);
      checkRanges(parse(text).file, text);
    }),
  );
});

test('a text is accepted or refused, whatever it is', () => {
  const piece = fc.constantFrom(
    ...[
      '$HTTP',
      '["host"]',
      '==',
      '=~',
      '=',
      '+=',
      ':=',
      '"a"',
      '"',
      '\\',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      ',',
      '=>',
    ],
    ...[
      '+',
      'else',
      'elif',
      'if',
      'global',
      'include',
      'include_shell',
      'name',
      'var.x',
      '12',
      '#',
      '\n',
      '\r',
      ' ',
    ],
    ...['\0', '\xc2\xa0', '\xef\xbb\xbf', '!', '$', ':', ';', "'", '@', '\t', 'x', '!~', '\n'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { file } = parse(pieces.join(''));
      assert.equal(file.type, 'file');
    }),
    { numRuns: 3000 },
  );
});

test('lines end with LF, CR or CRLF', () => {
  const { file } = parse('a = 1\r\nb = 2\rc = 3\n\nd = 4\n');
  assert.deepEqual(
    file.statements.map(({ range: { line, column } }) => [line, column]),
    [
      [1, 1],
      [2, 1],
      [3, 1],
      [5, 1],
    ],
  );
});

test('a name is none at the very end of the text', () => {
  assert.deepEqual(parse('a = b ').problems, []);
  assert.equal(parse('a = b').problems[0].summary, 'The text ends with the name b');
  assert.ok(parse('a').problems.some(({ severity }) => severity === 'error'));
});

test('deep nesting is refused, not followed', () => {
  assert.equal(parse(`a = ${'('.repeat(100)}${')'.repeat(100)}`).problems.length, 0);
  assert.match(parse(`a = ${'('.repeat(100_000)}`).problems[0].summary, /nested more than 200 levels/);
  assert.match(
    parse('$HTTP["host"] == "a" {\n'.repeat(5000)).problems[0].summary,
    /nested more than 200 levels/,
  );
});

test('texts of one kind of character take little time', () => {
  for (const character of [
    'a',
    '"',
    '\\',
    '(',
    '{',
    '=',
    '$',
    '@',
    '\n',
    '#',
    ' ',
    '\\"',
    '"\\"\n',
    '1',
    'a ',
    '"a" ',
  ])
    parse(character.repeat(300_000 / character.length));
});

function checkRanges(node: Node, text: string): void {
  const { start, end } = node.range;
  assert.ok(start <= end && end <= text.length);
  if (node.type === 'name') assert.equal(text.slice(start, end), node.text);
  if (node.type === 'string') assert.match(text.slice(start, end), /^".*"$/s);
  let from = start;
  for (const child of childrenOf(node)) {
    assert.ok(child.range.start >= from && child.range.end <= end, `${child.type} in ${node.type}`);
    from = child.range.end;
    checkRanges(child, text);
  }
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => value !== null && typeof value === 'object' && 'type' in value);
}
