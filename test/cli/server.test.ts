import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type RunResult, runProgram, serverCommand } from '../helpers/programs.js';

const folder = mkdtempSync(join(tmpdir(), 'lighttpd-ts-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'good.conf'), `server.document-root = "${folder}"\nvar.x = 1\n`);
writeFileSync(join(folder, 'bad.conf'), 'var.x = \n');
writeFileSync(join(folder, 'wrong.conf'), 'server.modules = ( "mod_none" )\nserver.document-root = "/"\n');

function run(...words: string[]): Promise<RunResult> {
  return runProgram([...serverCommand, ...words], { cwd: folder });
}

/** Words of the command line, exit status, and what the two channels must look like. */
const commandLines: readonly (readonly [string, number, RegExp, RegExp])[] = [
  ['', 255, /^$/, /^No configuration available\. Try using -f option\.\n$/],
  ['-t', 255, /^$/, /^No configuration available/],
  ['-t -f good.conf', 0, /^Syntax OK\n$/, /^$/],
  ['-tf good.conf', 0, /^Syntax OK\n$/, /^$/],
  ['-tt -f good.conf', 0, /^$/, /^$/],
  ['-t -t -f good.conf', 0, /^$/, /^$/],
  ['-p -f good.conf', 0, /^config \{\n[\s\S]*var\.x +\+?= 1\n\n\}\n$/, /^$/],
  ['-p -t -f good.conf', 0, /^config \{\n[\s\S]*\}\nSyntax OK\n$/, /^$/],
  ['-p -tt -f wrong.conf', 0, /^config \{\n[\s\S]*\}\n$/, /^$/],
  ['-t -f wrong.conf', 0, /^Syntax OK\n$/, /^$/],
  ['-tt -f wrong.conf', 255, /^$/, /wrong\.conf:1:20: error: .*mod_none/],
  ['-t -f bad.conf', 255, /^$/, /^bad\.conf:1:\d+: error: The text ends in the middle of a statement/],
  ['-p -f bad.conf', 255, /^$/, /error:/],
  ['-f none.conf -v', 255, /^$/, /opening configfile none\.conf failed: No such file or directory/],
  ['-f good.conf -f good.conf', 255, /^$/, /^Can only read one config file\./],
  ['-v -f none.conf', 0, /^lighttpd-ts\/\d+\.\d+\.\d+ /, /^$/],
  ['-V', 0, /Node\.js \d+/, /^$/],
  ['-h', 0, /\n -tt /, /^$/],
  ['-x', 255, /\nusage:\n/, /invalid option -- 'x'/],
  ['-f', 255, /\nusage:\n/, /option requires an argument -- 'f'/],
  ['-i 0x10 -f good.conf -t', 0, /^Syntax OK\n$/, /^$/],
  ['-i 5x -f good.conf -t', 255, /^$/, /^Invalid idle timeout value: 5x\n$/],
  ['-i -1 -f good.conf -t', 255, /^$/, /^Invalid idle timeout value: -1\n$/],
  ['more words -t -f good.conf', 0, /^Syntax OK\n$/, /^$/],
  ['-t -f good.conf -- -x', 0, /^Syntax OK\n$/, /^$/],
  ['-1 -f good.conf', 255, /^$/, /^lighttpd -1 stdin is not a socket\n$/],
];

test("lighttpd's command lines give its exit statuses, and write to its channels", async () => {
  for (const [words, status, stdout, stderr] of commandLines) {
    const result = await run(...words.split(' ').filter((word) => word !== ''));
    assert.equal(result.status, status, `${words}: ${result.stderr}`);
    assert.match(result.stdout, stdout, words);
    assert.match(result.stderr, stderr, words);
  }
});

test('a configuration is read from standard input, also an empty one', () => {
  const [node, ...words] = serverCommand;
  const print = (input: string): string =>
    spawnSync(node, [...words, '-p', '-f', '-'], { cwd: folder, input, encoding: 'latin1' }).stdout;
  assert.match(print('include "good.conf"\nvar.y = "\xe9"\n'), /var\.x {16}= 1\n {4}var\.y {16}= "\xe9"/);
  assert.match(print(''), /^config \{\n {4}var\.CWD = ".*"\n {4}var\.PID = \d+\n\n\}\n$/);
});
