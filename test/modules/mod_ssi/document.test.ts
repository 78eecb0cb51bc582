import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseDocument } from '../../../src/modules/mod_ssi/document.js';

/** Text as it is, `{command name=value}` for statements, `!` before text that is shown in any branch. */
function shown(document: string): string {
  return parseDocument(document)
    .map((segment) => {
      if (segment.kind !== 'statement') return segment.kind === 'literal' ? `!${segment.text}` : segment.text;
      const { command, attributes } = segment.statement;
      return `{${[command, ...attributes.map((pair) => pair.join('='))].join(' ')}}`;
    })
    .join('');
}

suite('a document is', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['text around statements', 'a<!--#echo var="X"-->b', 'a{echo var=X}b'],
    ['statements with two attributes', `<!--#set var='a' value=b -->`, '{set var=a value=b}'],
    ['statements over several lines', '<!--#echo\n\tvar="X"\n-->', '{echo var=X}'],
    ['statements without attributes', '<!--#else--><!--#endif -->', '{else}{endif}'],
    [
      'quotes with the other kind inside',
      `<!--#set var="it's" value='a "b"'-->`,
      `{set var=it's value=a "b"}`,
    ],
    ['quotes with an end inside', '<!--#set var="a" value="x --> y"-->', '{set var=a value=x --> y}'],
    ['backslashes as they are', '<!--#set var="a" value="x\\"y\\z"-->', '{set var=a value=x\\"y\\z}'],
    ['nothing for a comment', 'a<!--#comment any thing at all-->b', 'ab'],
    [
      'text as it is, in any branch, where a statement is malformed',
      '<!--#set a="b" c="d" e="f"-->',
      '!<!--#set a="b" c="d" e="f"-->',
    ],
    ['the same without a command', '<!--#-->', '!<!--#-->'],
    ['the same with a space before the equals sign', '<!--#echo var ="X"-->', '!<!--#echo var ="X"-->'],
    ['the same without a value', '<!--#echo var=-->', '!<!--#echo var=-->'],
    ['the same with something behind a quote', '<!--#echo var="X"y-->', '!<!--#echo var="X"y-->'],
    ['text where a statement does not end', 'a<!--#echo var="X" -- >', 'a<!--#echo var="X" -- >'],
    ['text where nothing is a statement', '<!-- # --><!---#echo--><', '<!-- # --><!---#echo--><'],
  ];
  for (const [what, document, expected] of cases) test(what, () => assert.equal(shown(document), expected));
});

test('a statement that is too long shows an error and what stands behind 8192 bytes', () => {
  const long = `<!--#set var="a" value="${'x'.repeat(9000)}"-->end`;
  const rest = long.slice(8192);
  assert.equal(shown(long), `!<!-- [an error occurred: directive too long] ${rest}`);
  const fits = `<!--#set var="a" value="${'x'.repeat(8192 - 28)}"-->end`;
  assert.match(shown(fits), /^\{set var=a value=x+\}end$/);
});

test('property: text without statements comes back, and any text ends in segments', () => {
  const piece = fc.constantFrom('<!--#', '-->', '"', "'", '\\', ' ', 'echo', 'var', '=', '-', '<', 'x');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const document = pieces.join('');
      const texts = parseDocument(document).map((segment) =>
        segment.kind === 'statement' ? '' : segment.text,
      );
      if (!document.includes('<!--#')) assert.equal(texts.join(''), document);
    }),
  );
});
