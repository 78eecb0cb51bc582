import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asText, filesBelow, readProjectFile } from './source-file.js';
import { wordFindings } from './words.js';

const folders = ['grammar', 'src', 'test', 'bench', 'tools', 'docs', 'changelog.d'];

suite('words', () => {
  test('that are banned stand nowhere', () => {
    const paths = folders.flatMap((folder) => [...filesBelow(folder, '.ts'), ...filesBelow(folder, '.md')]);
    const texts = [...paths, 'README.md'].map((path) => ({ path, text: readProjectFile(path) }));
    assert.equal(asText(wordFindings(texts)), '');
  });
});

suite('the rule itself sees', () => {
  const said = (text: string) => asText(wordFindings([{ path: 'docs/a.md', text }]));

  test('each banned word, with its line and what to write', () => {
    assert.equal(said('good\nwe utilize it'), 'docs/a.md:2 "utilize": write use');
    for (const text of ['TODO: all', 'in order to', 'test.only(', '// @ts-ignore', 'see /home/me/a']) {
      assert.match(said(text), /^docs\/a\.md:1 ".*": write /, text);
    }
  });

  test('no fault in words that only look like one', () => {
    assert.equal(said('mastodon, usually, src/work/a.ts, https://example.org/home/x, (?<hackney>a)'), '');
  });
});
