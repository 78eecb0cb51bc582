import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { ConfigSyntax } from '../../grammar/index.js';
import { printConfig } from '../../src/config/print.js';
import { readConfiguration } from '../../src/config/read.js';
import { checkCoreSettings } from '../../src/modules/check-core-settings.js';
import { type CorpusFile, corpusIsMissing, readCorpus } from './corpus.js';

const syntax = new ConfigSyntax();
// as when the reference printed them
const environment = { HOME: ['', 'home', 'user'].join('/'), PATH: '/usr/bin:/bin' };

test('real configurations are printed as lighttpd prints them', { skip: corpusIsMissing }, () => {
  const files = readCorpus().filter(({ printed }) => printed !== null);
  assert.ok(files.length > 100);
  for (const { file, path, printed } of files) assert.equal(print(path), printed!.trimEnd(), file);
});

test('real configurations that lighttpd refuses are refused with a place', { skip: corpusIsMissing }, () => {
  const files = readCorpus().filter(({ printed }) => printed === null);
  assert.ok(files.length > 10);
  for (const file of files) {
    const errors = problemsOf(file).filter(({ severity }) => severity === 'error');
    assert.ok(errors.length > 0, file.file);
    for (const { origin } of errors) assert.ok(origin !== null && origin.line > 0, file.file);
  }
});

function print(path: string): string {
  process.chdir(dirname(path));
  const { tree, diagnostics } = readConfiguration(basename(path), { syntax, environment });
  assert.ok(tree !== null && !diagnostics.hasErrors, `${path}: ${diagnostics.items[0]?.summary}`);
  return printConfig(tree).replaceAll(process.cwd(), '@CWD@').replaceAll(String(process.pid), '<pid>');
}

function problemsOf({ path }: CorpusFile): ReturnType<typeof checkCoreSettings>['items'] {
  process.chdir(dirname(path));
  const { tree, diagnostics } = readConfiguration(basename(path), { syntax, environment });
  return tree === null || diagnostics.hasErrors ? diagnostics.items : checkCoreSettings(tree).items;
}
