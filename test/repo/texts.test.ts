import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asText, filesBelow, readProjectFile } from './source-file.js';
import { changelogEntries, deadFileNames, deadLinks } from './texts.js';

const read = (path: string) => ({ path, text: readProjectFile(path) });

const pages = () => ['README.md', ...filesBelow('docs', '.md'), ...filesBelow('grammar', '.md')].map(read);

suite('texts', () => {
  test('link only to pages that exist', () => {
    assert.equal(asText(deadLinks(pages())), '');
  });

  test('name only files that exist', () => {
    assert.equal(asText(deadFileNames(pages())), '');
  });

  test('of the changelog have its form', () => {
    const entries = filesBelow('changelog.d', '').filter((path) => path !== 'changelog.d/README.md');
    assert.equal(asText(changelogEntries(entries.map(read))), '');
  });
});

suite('the rules themselves see', () => {
  test('a dead link, and let addresses and anchors be', () => {
    const page = {
      path: 'docs/a.md',
      text: 'see [b](b.md),\n[c](../c/d.md#e), [f](https://example.org/), [g](#g)',
    };
    const exists = (path: string) => path === 'docs/b.md';
    assert.equal(asText(deadLinks([page], exists)), 'docs/a.md:2 no such file: c/d.md');
  });

  test('a file that is gone, and let examples be', () => {
    const page = {
      path: 'docs/a.md',
      text: '`http/a.ts`, `src/http/a.ts`, `test/mod_NAME.test.ts`\n`http/b.ts`',
    };
    const exists = (path: string) => path === 'src/http/a.ts';
    assert.equal(asText(deadFileNames([page], exists)), 'docs/a.md:2 no such file: http/b.ts');
  });

  test('each fault of a changelog entry', () => {
    const said = (path: string, text: string) => asText(changelogEntries([{ path, text }]));
    assert.equal(said('changelog.d/ranges.fixed.md', 'Several ranges are merged.\n'), '');
    assert.match(said('changelog.d/ranges.md', 'Several ranges are merged.\n'), /name it subject\.KIND\.md/);
    assert.match(said('changelog.d/ranges.fixed.md', 'several ranges\n'), /whole sentences/);
    assert.match(said('changelog.d/ranges.fixed.md', 'Fixed:\n- Several ranges.\n'), /without headings/);
    assert.match(said('changelog.d/ranges.fixed.md', `${'A'.repeat(600)}.\n`), /has 602 characters/);
  });
});
