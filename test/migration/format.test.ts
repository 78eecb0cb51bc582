import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigSyntax } from '../../grammar/index.js';
import { printConfig } from '../../src/config/print.js';
import { formatText } from '../../src/migration/format/index.js';
import { corpusFiles } from '../helpers/corpus.js';
import { treeOfText } from '../helpers/tree-of-text.js';

const syntax = new ConfigSyntax();
const sourceOf = (text: string) => ({ name: 'test.conf', text, includedFrom: null });

function format(text: string): string {
  const formatted = formatText(sourceOf(text), syntax);
  assert.ok(typeof formatted === 'string');
  return formatted;
}

/** The syntax tree without places. */
function meaningOf(text: string): string {
  return JSON.stringify(syntax.parse(sourceOf(text)).file, (key, value) =>
    key === 'range' ? undefined : value,
  );
}

/** Comments in their order, without the blanks at their ends. A `#` in a string is none. */
function commentsOf(text: string): string[] {
  const ends = [...syntax.words(sourceOf(text)), { start: text.length, end: text.length }];
  return ends.flatMap(({ start }, i) =>
    (text.slice(ends[i - 1]?.end ?? 0, start).match(/#[^\r\n]*/g) ?? []).map((comment) => comment.trimEnd()),
  );
}

function assertOnlyLayoutChanges(text: string): void {
  const formatted = format(text);
  assert.equal(meaningOf(formatted), meaningOf(text));
  assert.deepEqual(commentsOf(formatted), commentsOf(text));
  assert.equal(format(formatted), formatted, 'formatting twice changes nothing');
}

test('blocks, lists and signs get one layout, and comments stay beside what they speak of', () => {
  const before = `

# head
server.modules=("mod_a",   # first
"mod_b",

   # own
"mod_c")   # end


if $HTTP["host"]=="a" {var.a=1
 # c

}
# before else
else if $HTTP["url"]=~"x"
{
}
else{ var.b="a"+
"b" + "c"

}
global{ x = ( "a"=>("b"=>"c"), "d" => (
"e") ) \t
empty =
 () }
  # last`;
  assert.equal(
    format(before),
    `# head
server.modules = (
  "mod_a", # first
  "mod_b",

  # own
  "mod_c"
) # end

if $HTTP["host"] == "a" {
  var.a = 1
  # c
}
# before else
else if $HTTP["url"] =~ "x" { } else {
  var.b = "a" +
    "b" + "c"
}
global {
  x = ( "a" => ( "b" => "c" ), "d" => (
    "e"
  ) )
  empty = ()
}
# last
`,
  );
});

test('strings over several lines keep their bytes, line ends become line feeds', () => {
  assert.equal(format('a = "x\r\n  y"\r\nb = 1\rc=2'), 'a = "x\r\n  y"\nb = 1\nc = 2\n');
  assert.equal(format(''), '');
  assert.equal(format('# alone'), '# alone\n');
});

test('text that is wrong, or that lighttpd ignores in part, is not formatted', () => {
  for (const text of ['a = "x', 'a = ) 1\n', 'a = 1 + + 2\n', 'a = 1\n\0b = 2\n']) {
    const problems = formatText(sourceOf(text), syntax);
    assert.ok(typeof problems !== 'string' && problems.items.length > 0, text);
  }
});

test('property: only layout changes, wherever comments and line ends stand', () => {
  const layout = fc.constantFrom('', ' ', '\n', '\n\n\n', ' # c\n', '\n# c\n', '\t', '\r\n  # c\r\n\r\n');
  const words =
    'a = ( "b" => ( "c" , "d" , ) , 5 + e ) |global { f += "x" + "y" |} $ HTTP [ "url" ] =~ "^/" { include "z" |} else $ HTTP [ "host" ] == "h" { g := () |} else { } |h = 1 |';
  const parts = words.split(' ');
  let formatted = 0;
  fc.assert(
    fc.property(fc.array(layout, { minLength: parts.length, maxLength: parts.length }), (layouts) => {
      const text = parts.map((part, i) => `${part.replace('|', '\n')}${layouts[i] || ' '}`).join('');
      if (syntax.parse(sourceOf(text)).problems.length > 0) return;
      assertOnlyLayoutChanges(text);
      formatted++;
    }),
    { numRuns: 500 },
  );
  assert.ok(formatted > 50, `${formatted} texts were right`);
});

const corpus = corpusFiles();

test('of real configurations only layout changes, and -p prints the same', {
  skip: corpus.length === 0,
}, () => {
  let formatted = 0;
  for (const file of corpus) {
    const text = readFileSync(file, 'latin1');
    if (syntax.parse(sourceOf(text)).problems.length > 0) continue;
    assertOnlyLayoutChanges(text);
    formatted++;
    if (/include|env\.|server\.tag/.test(text)) continue;
    let printed: string;
    try {
      printed = printConfig(treeOfText(text));
    } catch {
      continue;
    }
    assert.equal(printConfig(treeOfText(format(text))), printed, file);
  }
  assert.ok(formatted > corpus.length / 2);
});
