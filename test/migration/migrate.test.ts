import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { checkFile } from '../../src/migration/check/index.js';
import { type Migration, migrateFile } from '../../src/migration/migrate/index.js';
import { corpusFiles } from '../helpers/corpus.js';
import { runProgram, serverCommand } from '../helpers/programs.js';
import { projectRoot } from '../helpers/project-root.js';

const fixtures = join(projectRoot, 'fixtures/migrate');
const root = mkdtempSync(`${tmpdir()}/migrate-`);
after(() => rmSync(root, { recursive: true }));

function textsIn(folder: string): Record<string, string> {
  const names = readdirSync(folder);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

/** Lines that say that they are left to decide. */
function markedLines(texts: Record<string, string>): number[] {
  const lines = texts['lighttpd.conf'].split('\n');
  return lines.flatMap((line, index) => (line.endsWith('# left') ? [index + 1] : []));
}

for (const rule of readdirSync(fixtures)) {
  test(`${rule}: the texts change as they should, once, and what is left is named`, async () => {
    const folder = join(root, rule);
    cpSync(join(fixtures, rule, 'before'), folder, { recursive: true });
    const expected = textsIn(join(fixtures, rule, 'after'));
    const left = markedLines(expected);
    const command = [...serverCommand, 'migrate', join(folder, 'lighttpd.conf')];
    const before = textsIn(folder);
    const changes = JSON.stringify(before) !== JSON.stringify(expected);
    const dry = await runProgram(command);
    assert.equal(dry.status, changes || left.length > 0 ? 1 : 0, dry.stderr);
    assert.deepEqual(textsIn(folder), before, 'without --write nothing is written');
    const written = await runProgram([...command, '--write']);
    assert.equal(written.status, left.length > 0 ? 1 : 0, written.stderr);
    assert.deepEqual(textsIn(folder), expected);
    const again = (await migrateFile(join(folder, 'lighttpd.conf'), '')) as Migration;
    assert.deepEqual([again.edits, again.texts.size], [[], 0]);
    const lines = new Set(again.left.map(({ origin }) => (origin?.source.includedFrom ?? origin)?.line));
    assert.deepEqual([...lines], left);
  });
}

test('a configuration that cannot be read whole is left as it is', async () => {
  const folder = join(root, 'broken');
  cpSync(join(fixtures, 'renamed-modules/before'), folder, { recursive: true });
  const file = join(folder, 'lighttpd.conf');
  const broken = await runProgram(['/bin/sh', '-c', `echo 'server.port = = (' >> ${file}`]);
  assert.equal(broken.status, 0);
  const { status, stderr } = await runProgram([...serverCommand, 'migrate', '--write', file]);
  assert.equal(status, 2);
  assert.match(stderr, /lighttpd.conf:6:\d+: error: [\s\S]*cannot be understood whole/);
  for (const words of [[], ['-'], ['a', 'b']])
    assert.equal((await runProgram([...serverCommand, 'migrate', ...words])).status, 2);
});

const corpus = corpusFiles();

test('real configurations: what was changed is said no more, and nothing new is', {
  skip: corpus.length === 0 ? 'there is no corpus' : false,
}, async () => {
  let changed = 0;
  for (const file of corpus) {
    const migration = await migrateFile(file, '');
    if ('isWhole' in migration || migration.texts.size === 0) continue;
    changed++;
    const saidOf = (diagnostics: readonly Diagnostic[]) =>
      new Set(diagnostics.map(({ code, summary }) => `${code} ${summary.split(' ', 1)[0].toLowerCase()}`));
    const before = saidOf((await checkFile(file, '')).diagnostics);
    const said = saidOf((await checkFile(file, '', migration.texts)).diagnostics);
    for (const { what } of migration.edits) {
      const key = (what ?? '').split(' ', 1)[0].replaceAll('"', '').toLowerCase();
      for (const code of ['removed-directive', 'deprecated-directive'])
        assert.ok(!said.has(`${code} ${key}`), `${file}: ${what}`);
    }
    // a message names the directive, which may have another name now
    const codesOf = (all: ReadonlySet<string>) => new Set([...all].map((one) => one.split(' ', 1)[0]));
    const known = codesOf(before);
    assert.deepEqual(
      [...codesOf(said)].filter((code) => !known.has(code)),
      [],
      file,
    );
  }
  assert.ok(changed > 10, `${changed} changed`);
});
