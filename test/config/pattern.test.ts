import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pattern } from '../../src/config/pattern.js';

/** Pattern, subject, and what PCRE2 10.42 gives in UTF mode: its groups, or null. All in UTF-8. */
const answers: readonly (readonly [pattern: string, subject: string, groups: readonly string[] | null])[] = [
  ['^/(.*)\\.php$', '/a/b.php', ['/a/b.php', 'a/b']],
  ['a$', 'a\n', ['a']],
  ['a\\z', 'a\n', null],
  ['a\\Z', 'a\n', ['a']],
  ['^b', 'a\nb', null],
  ['(?m)^b$', 'a\nb\nc', ['b']],
  ['(?m)^', '', ['']],
  ['a.b', 'a\nb', null],
  ['a.b', 'a\rb', ['a\rb']],
  ['(?s)a.b', 'a\nb', ['a\nb']],
  ['^.$', 'é', ['é']],
  ['^.$', '😀', ['😀']],
  ['[😀-😎]', 'a😂', ['😂']],
  ['(?i)STRASSE', 'straſſe', ['straſſe']],
  ['(?i)é', 'É', ['É']],
  ['(?i)[^k]', 'K', null],
  ['a(?i)b|c', 'C', ['C']],
  ['(?i:a)b', 'AB', null],
  ['(?-i)A', 'a', null],
  ['\\w+', 'aé_1', ['a']],
  ['\\s', '\u00a0', null],
  ['\\h', '\u00a0', ['\u00a0']],
  ['\\d', '٣', null],
  ['[[:alpha:]]+', '1ab2', ['ab']],
  ['[[:^digit:]]+', '12ab', ['ab']],
  ['(?i)[[:upper:]]+', 'ab', ['ab']],
  ['[]a]+', 'x]a', [']a']],
  ['[^]a]', ']', null],
  ['[\\w.-]+', 'a-b.c d', ['a-b.c']],
  ['\\p{Lu}', 'aÉ', ['É']],
  ['\\p{Greek}+', 'aβγ', ['βγ']],
  ['[^\\p{L}]', 'a1', ['1']],
  ['\\Qa.b\\E+', 'a.bbb', ['a.bbb']],
  ['\\x41\\x{e9}\\103', 'AéC', ['AéC']],
  ['a\\R', 'a\r\n', ['a\r\n']],
  ['a\\R\\n', 'a\r\n', null],
  ['\\N+', 'ab\nc', ['ab']],
  ['(?>a+)ab', 'aaab', null],
  ['a++b', 'aab', ['aab']],
  ['(?:a|ab)++c', 'abc', null],
  ['(a)(?>(b)c)(d)', 'abcd', ['abcd', 'a', 'b', 'd']],
  ['(?<year>\\d+)-(?P<month>\\d+)', '2026-11', ['2026-11', '2026', '11']],
  ['(a)\\1', 'aa', ['aa', 'a']],
  ['(?<n>a|b)\\k<n>', 'abb', ['bb', 'b']],
  ['(?P<o>\\d+)(?:\\.(?P>o)){3}', '10.0.0.1', ['10.0.0.1', '10']],
  ['(?=(a))ab', 'ab', ['ab', 'a']],
  ['(?<=é)b', 'éb', ['b']],
  ['(?<!a)b', 'ab', null],
  ['(a)?b', 'b', ['b', '']],
  ['(?x) a  b # text\n c', 'abc', ['abc']],
  ['(?U)a+', 'aaa', ['a']],
  ['(?n)(a)(?<z>b)', 'ab', ['ab', 'b']],
  ['a{,2}', 'a{,2}', ['a{,2}']],
  ['a{2', 'a{2', ['a{2']],
  ['(?#text)a', 'a', ['a']],
  ['[a-c-e]+', 'b-e', ['b-e']],
  ['\\bword\\b', 'a word', ['word']],
  ['[[:<:]]b', 'ab b', ['b']],
  ['', 'x', ['']],
  ['(a)?\\1b', 'b', null],
  ['(?i)(é)\\1', 'éÉ', ['éÉ', 'é']],
  ['(?:(a)|b)*', 'ab', ['ab', 'a']],
  ['(a|)+', 'aa', ['aa', '']],
  ['(?>a|ab)c', 'abc', null],
  ['(?:(?=(a))ab|ac)', 'ac', ['ac', '']],
  ['(?!(a)b)a', 'ac', ['a', '']],
  ['(?<=a|bc)d', 'bcd', ['d']],
  ['(?<!^)a', 'aa', ['a']],
  ['(?=.)(😀{2,3}?)(.*)', '😀😀😀', ['😀😀😀', '😀😀', '😀']],
  ['(?:(ab?){2}){2}(?!a)', 'abaaab', ['abaaab', 'ab']],
  ['(?=.*x).*?(\\d{2,})', 'a123x', ['a123', '123']],
];

test('patterns match as PCRE2 matches', () => {
  for (const [source, subject, groups] of answers) {
    const pattern = compile(source);
    const found = pattern.exec(toBytes(subject));
    assert.deepEqual(found, groups?.map(toBytes) ?? null, `${source} on ${JSON.stringify(subject)}`);
    assert.equal(pattern.test(toBytes(subject)), groups !== null);
  }
});

test('what PCRE2 refuses, and what cannot be translated, is refused with a sentence', () => {
  const refused = {
    '[a': /class \[ has no closing/,
    'a)': /closes nothing/,
    '(a': /not closed/,
    'a**': /nothing before it/,
    '^*': /nothing before it/,
    'x{2,1}': /out of order/,
    'x{65536}': /larger than 65535/,
    '[z-a]': /higher to a lower/,
    '[\\d-z]': /range in a class/,
    '[[:foo:]]': /no class that PCRE knows/,
    '[:alpha:]': /outside of a class/,
    '\\y': /\\y means nothing/,
    '\\p{Foo}': /no property/,
    '\\x{d800}': /no character/,
    '(?<n>a)(?<n>b)': /two groups have the name n/,
    '\\1': /does not exist/,
    '(?<=a+)b': /one length/,
    '(?z)': /not known/,
    'a\\': /ends with a backslash/,
    '(a(?1)?)': /calls itself/,
    '(?R)': /recursion/,
    '(?|(a)|(b))': /share their numbers/,
    '(a)(?(1)b|c)': /conditions inside of a pattern/,
    'a\\Kb': /\\K/,
    '\\C': /single byte/,
    'a(*SKIP)b': /verbs/,
  };
  for (const [source, reason] of Object.entries(refused))
    assert.match(String(Pattern.compile(source)), reason);
});

test('a pattern or subject that is not UTF-8 is none', () => {
  assert.equal(Pattern.compile('a\xff'), 'it is not valid UTF-8');
  assert.equal(compile('.').exec('\xff'), null);
});

test('unused groups at the end are there, and empty', () => {
  assert.deepEqual(compile('(a)|(b)').exec('a'), ['a', 'a', '']);
  assert.equal(compile('(a)(?:b)(?<c>c)').captureCount, 2);
});

function compile(source: string): Pattern {
  const pattern = Pattern.compile(toBytes(source));
  assert.ok(pattern instanceof Pattern, `${source}: ${String(pattern)}`);
  return pattern;
}

function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
