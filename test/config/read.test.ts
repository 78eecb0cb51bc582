import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigSyntax } from '../../grammar/index.js';
import { printConfig } from '../../src/config/print.js';
import { type ReadOptions, readConfiguration } from '../../src/config/read.js';
import { renderText } from '../../src/diagnostics/render-text.js';

const folder = mkdtempSync(join(tmpdir(), 'lighttpd-ts-read-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const syntax = new ConfigSyntax();

/** What the main file gives: its settings as printed, or its problems. */
function read(text: string, files: Readonly<Record<string, string>> = {}, options: ReadOptions = {}): string {
  for (const [name, content] of Object.entries({ ...files, 'main.conf': text })) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content, 'latin1');
  }
  return readFile('main.conf', options);
}

function readFile(name: string, options: ReadOptions = {}): string {
  const { tree, diagnostics } = readConfiguration(join(folder, name), { syntax, ...options });
  if (tree === null || diagnostics.hasErrors) return diagnostics.items.map(renderText).join('\n');
  return printConfig(tree);
}

test('included files are found beside the main file, by pattern in the order of their bytes', () => {
  const files = {
    'sub/b.conf': 'var.order += "b"\n',
    'sub/B.conf': 'var.order += "B"\n',
    'sub/a.conf': 'var.order += "a"\ninclude "top.conf"\n',
    'sub/.hidden.conf': 'var.order += "hidden"\n',
    'top.conf': 'var.order += "t"\n',
  };
  assert.match(read('include "sub/*.conf"\n', files), /var\.order = "Batb"/);
  assert.match(read('include "{top,sub/[!a-z]}.conf"\n', files), /var\.order = "tB"/);
  assert.match(read('include "sub/*.none"\nx = 1\n', files), /var\.x += 1/);
});

test('a name that is no file is refused, and the place is told', () => {
  assert.match(
    readFile('none.conf'),
    /^error: opening configfile .*none\.conf failed: No such file or directory/,
  );
  assert.match(
    read('\n  include "none.conf"\n'),
    /main\.conf:2:3: error: include file not found: .*none\.conf/,
  );
  symlinkSync('nowhere', join(folder, 'dangling.conf'));
  assert.match(read('include "dangling.conf"\n'), /dangling\.conf failed: No such file or directory/);
});

test('a folder is refused', () => {
  mkdirSync(join(folder, 'folder.conf'), { recursive: true });
  assert.match(readFile('folder.conf'), /folder\.conf failed: Illegal operation on a directory/);
  assert.match(read('include "folder.*"\n'), /folder\.conf failed: Illegal operation on a directory/);
});

test('a file that may not be read is refused', {
  skip: process.getuid?.() === 0 && 'root may read all',
}, () => {
  read('x = 1\n');
  chmodSync(join(folder, 'main.conf'), 0);
  assert.match(readFile('main.conf'), /main\.conf failed: Permission denied/);
  rmSync(join(folder, 'main.conf'));
});

test('files that include each other are refused, and named', () => {
  const problem = read('include "one.conf"\n', {
    'one.conf': 'include "two.conf"\n',
    'two.conf': 'include "one.conf"\n',
  });
  assert.match(problem, /one\.conf includes .*two\.conf includes .*one\.conf\. Remove one include/);
  assert.match(read('include "main.conf"\n'), /without end/);
  assert.match(read('var.a += 1\ninclude "main.conf" include "main.conf"\n'), /without end/);
});

test('binary data is refused with its place', () => {
  const bytes = Array.from({ length: 4096 }, (_, i) => String.fromCharCode(((i * 7919) % 251) + 1)).join('');
  assert.match(read(bytes), /main\.conf:1:1: error: This is no text, but binary data/);
  assert.match(
    read(`\x7fELF\x02\x01\x01${'\0'.repeat(64)}`),
    /main\.conf:1:1: error: Unexpected byte 0x7f|is no text/,
  );
});

test('a line of 100 MB is refused for its size', () => {
  assert.match(read(`a = "${'x'.repeat(100_000_000)}"\n`), /failed: It is larger than 32 MB/);
  writeFileSync(join(folder, 'main.conf'), '');
});

test('a line of 20 MB is taken', () => {
  read(`a = "${'x'.repeat(20_000_000)}"\n`);
  const { tree, diagnostics } = readConfiguration(join(folder, 'main.conf'));
  assert.equal(diagnostics.items.length, 0);
  assert.equal(tree?.blocks[0].settings.length, 3);
});

test('values that are doubled line by line are refused before memory is full', () => {
  const text = `a = "${'x'.repeat(1000)}"\n${'a += a\n'.repeat(40)}`;
  assert.match(read(text), /longer than 32 MB|too large/);
  assert.match(read(`a = ( "x" )\n${'a += a\n'.repeat(40)}`), /too large/);
  assert.match(read(`a = "x"\n${'a := ( a, a )\n'.repeat(90)}`), /too large/);
});

test('include_shell takes what a command prints, in the folder of the main file', () => {
  assert.match(
    read('include_shell "cat x.conf; echo y = 2"\n', { 'x.conf': 'x = 1\n' }),
    /var\.x += 1\n {4}var\.y += 2/,
  );
});

test('include_shell: a command that fails is refused', () => {
  assert.match(
    read('include_shell "echo x = 1; exit 3"\n'),
    /main\.conf:1:1: error: command ".*" exited non-zero: 3/,
  );
  assert.match(read('include_shell "no-such-program"\n'), /exited non-zero: 127/);
  assert.match(read('include_shell "/no/such/program"\n'), /cannot be run: No such file or directory/);
  assert.match(read('include_shell "kill -9 $$"\n'), /was ended by SIGKILL/);
  assert.match(read('include_shell "yes"\n'), /printed more than 32 MB/);
});

test('include_shell: a command that does not end is ended, with what it has started', () => {
  const start = performance.now();
  const problem = read('include_shell "sleep 60 & sleep 60"\n', {}, { commandTimeoutMs: 200 });
  assert.match(problem, /took more than 0\.2 seconds and was ended/);
  assert.ok(performance.now() - start < 20_000);
});
