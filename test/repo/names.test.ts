import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fileNames, nameParts } from './names.js';
import { assertHolds, found } from './rule-tests.js';

suite('names', () => {
  test('are whole words', () => assertHolds(nameParts));
  test('of files are small words with hyphens, or those of lighttpd modules', () => assertHolds(fileNames));
});

suite('the rules themselves see', () => {
  test('a banned part at each place of a name', () => {
    for (const name of ['con', 'conHost', 'lastCon', 'CON_LIMIT']) {
      assert.match(
        found(nameParts, { 'src/http/a.ts': `\nconst ${name} = 1;` }),
        /a\.ts:2 .*write connection/,
        name,
      );
    }
    assert.match(found(nameParts, { 'src/http/a.ts': 'function f(req: string) {}' }), /write request/);
    assert.match(
      found(nameParts, { 'src/http/a.ts': 'interface A { tmpName: string }' }),
      /write what it holds/,
    );
  });

  test('no fault in longer words, and none in names that others gave', () => {
    const text =
      "import { req as request } from 'other';\nconst connection = request.res; const constant = 1;";
    assert.equal(found(nameParts, { 'src/http/a.ts': text }), '');
  });

  test('file names in another form', () => {
    const project = {
      'src/http/HeaderList.ts': '',
      'src/http/header_list.ts': '',
      'src/modules/mod_simple_vhost.ts': '',
    };
    assert.match(
      found(fileNames, project),
      /^src\/http\/HeaderList\.ts:1 .*\nsrc\/http\/header_list\.ts:1 [^\n]*$/,
    );
  });
});
