import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from './run-command.js';

const fixture = (name: string) => `fixtures/check/${name}.conf`;
const statusOf = (...words: string[]) => runCommand(['check', ...words]).status;

test('the exit status: 0 clean, 1 findings, 2 not to be read whole', () => {
  assert.equal(statusOf('fixtures/quickstart/lighttpd.conf'), 0);
  assert.equal(statusOf(fixture('unknown-directive')), 1);
  assert.equal(statusOf(fixture('wrong-type')), 1);
  assert.equal(statusOf(fixture('syntax-error')), 2);
  assert.equal(statusOf(fixture('no-such')), 2);
});

test('notes count with --strict only, and are shown in any case', () => {
  const { status, stdout } = runCommand(['check', fixture('variable-unused')]);
  assert.equal(status, 0);
  assert.match(stdout, /variable-unused.conf:2:1: note: .* \[variable-unused\]/);
  assert.equal(statusOf('--strict', fixture('variable-unused')), 1);
});

test('wrong words are told on standard error, with status 2', () => {
  for (const words of [[], ['a', 'b'], ['--format', 'xml', 'a'], ['--nosuch', 'a']]) {
    const { status, stdout, stderr } = runCommand(['check', ...words]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^lighttpd-ts check: .+/);
  }
  assert.match(runCommand(['check', '--help']).stdout, /^usage: lighttpd-ts check/);
});

test('standard input is read for "-", and each format is printed whole', () => {
  const text = 'server.document-root = "/srv"\nserver.prot = 80\n';
  assert.match(runCommand(['check', '-'], text).stdout, /^-:2:1: warning: .*\n.*\| server\.prot = 80\n/);
  const json = JSON.parse(runCommand(['check', '-', '--format', 'json'], text).stdout);
  assert.equal(json.problems[0].code, 'unknown-directive');
  const sarif = JSON.parse(runCommand(['check', '-', '--format', 'sarif'], text).stdout);
  assert.equal(sarif.runs[0].results[0].ruleId, 'unknown-directive');
});
