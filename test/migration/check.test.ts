import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderJson } from '../../src/diagnostics/render-json.js';
import { renderSarif } from '../../src/diagnostics/render-sarif.js';
import { renderText } from '../../src/diagnostics/render-text.js';
import { checkFile } from '../../src/migration/check/index.js';
import { corpusFiles } from '../helpers/corpus.js';
import { projectRoot } from '../helpers/project-root.js';

const fixtures = join(projectRoot, 'fixtures/check');
const loud = readdirSync(fixtures).filter((name) => !name.endsWith('.quiet.conf'));

/** Lines that a fixture marks with `# reported`. */
function markedLines(file: string): number[] {
  const lines = readFileSync(file, 'latin1').split('\n');
  return lines.flatMap((line, index) => (line.endsWith('# reported') ? [index + 1] : []));
}

for (const name of loud) {
  const code = name.slice(0, -'.conf'.length);
  test(`${code} is reported on each line that has it, and on no other`, async () => {
    const file = join(fixtures, name);
    const { diagnostics } = await checkFile(file, '');
    assert.deepEqual([...new Set(diagnostics.map(({ origin }) => origin?.line))], markedLines(file));
    for (const line of markedLines(file))
      assert.ok(
        diagnostics.some((item) => item.code === code && item.origin?.line === line),
        `line ${line}`,
      );
  });

  test(`nothing is reported where ${code} seems near and is not`, async () => {
    const { diagnostics } = await checkFile(join(fixtures, `${code}.quiet.conf`), '');
    assert.deepEqual(diagnostics.map(renderText), []);
  });
}

test('duplicates name both places, misspelt names the one that was meant', async () => {
  const duplicate = await checkFile(join(fixtures, 'duplicate-directive.conf'), '');
  assert.equal(duplicate.diagnostics[0]?.related?.[0]?.origin.line, 2);
  const misspelt = await checkFile(join(fixtures, 'unknown-directive.conf'), '');
  assert.match(misspelt.diagnostics[0]?.detail ?? '', /server\.port/);
});

test('a file that is not there, and a folder, are one problem each', async () => {
  for (const name of [join(fixtures, 'no-such.conf'), fixtures]) {
    const { diagnostics, isWhole } = await checkFile(name, '');
    assert.deepEqual([diagnostics.map(({ code }) => code), isWhole], [['file-unreadable'], false]);
  }
});

test('blocks within a block whose condition is wrong are checked, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  const file = join(folder, 'lighttpd.conf');
  const inner = '$HTTP["url"] == "/a" { var.a = 1 var.a = 2 } else $HTTP["url"] == "/b" { } else { }';
  writeFileSync(file, `$HTTP["hots"] == "a" {\n${inner}\n} else $HTTP["host"] == "b" { }\n`);
  try {
    const { diagnostics } = await checkFile(file, '');
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ['invalid-condition', 'variable-unused', 'duplicate-directive'],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const corpus = corpusFiles();

test('every real configuration can be checked, and every report printed', {
  skip: corpus.length === 0,
}, async () => {
  for (const file of corpus) {
    const { diagnostics } = await checkFile(file, '');
    for (const render of [renderJson, (items: typeof diagnostics) => renderSarif(items, file)])
      JSON.parse(render(diagnostics));
    for (const item of diagnostics) assert.ok(renderText(item).includes(`[${item.code}]`));
  }
});

test('property: no text, however damaged, stops the check', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  const file = join(folder, 'lighttpd.conf');
  const seeds = loud.map((name) => readFileSync(join(fixtures, name), 'latin1'));
  const piece = fc.oneof(
    fc.constantFrom(
      '$HTTP["host"] =~ "',
      '{',
      '}',
      '(',
      ')',
      '"',
      ' += ',
      ' else ',
      '\n',
      '=>',
      '(a|a)*b',
      '\\',
    ),
    fc.string({ maxLength: 4 }),
  );
  const damaged = fc
    .tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat(40), piece)
    .map(([text, at, removed, added]) => {
      const start = at % text.length;
      return text.slice(0, start) + added + text.slice(start + removed);
    })
    .filter((text) => !text.includes('include_shell'));
  try {
    await fc.assert(
      fc.asyncProperty(damaged, async (text) => {
        writeFileSync(file, text, 'latin1');
        const { diagnostics } = await checkFile(file, '');
        JSON.parse(renderJson(diagnostics));
      }),
      { numRuns: 1000 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
