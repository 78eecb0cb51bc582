import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from './run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'fmt-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'lighttpd.conf');

test('the file is replaced whole, through a link, and keeps its mode', () => {
  writeFileSync(file, 'server.port=80 # h\xf6\n', 'latin1');
  chmodSync(file, 0o640);
  const link = join(folder, 'link.conf');
  symlinkSync(file, link);
  assert.deepEqual(runCommand(['fmt', link]), { status: 0, stdout: '', stderr: '' });
  assert.equal(readFileSync(file, 'latin1'), 'server.port = 80 # h\xf6\n');
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.deepEqual(readdirSync(folder).sort(), ['lighttpd.conf', 'link.conf']);
});

test('--check changes nothing, and its status tells', () => {
  writeFileSync(file, 'server.port=80\n');
  assert.deepEqual(runCommand(['fmt', '--check', file]), { status: 1, stdout: `${file}\n`, stderr: '' });
  assert.equal(readFileSync(file, 'utf8'), 'server.port=80\n');
  writeFileSync(file, 'server.port = 80\n');
  assert.equal(runCommand(['fmt', '--check', file]).status, 0);
});

test('standard input goes to standard output', () => {
  assert.deepEqual([runCommand(['fmt', '-'], 'a=b').status, runCommand(['fmt', '-'], 'a=b').stdout], [2, '']);
  assert.equal(runCommand(['fmt', '-'], 'a=1\n').stdout, 'a = 1\n');
});

test('what is wrong, or not there, is told and left as it is', () => {
  writeFileSync(file, 'server.name = "x\n');
  const wrong = runCommand(['fmt', file]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /lighttpd\.conf:1:15: error: .*\[unterminated-string\]/);
  assert.equal(readFileSync(file, 'utf8'), 'server.name = "x\n');
  for (const words of [['no-such.conf'], [folder], [], ['--nosuch']]) {
    const { status, stderr } = runCommand(['fmt', ...words]);
    assert.equal(status, 2);
    assert.match(stderr, /^lighttpd-ts fmt: .+/);
  }
});
