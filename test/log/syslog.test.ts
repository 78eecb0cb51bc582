import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { syslogCommand } from '../../src/log/syslog.js';

const folder = mkdtempSync(join(tmpdir(), 'syslog-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs the command with a `logger` of our own, which notes its arguments and input. */
function loggedBy(program: string): string {
  writeFileSync(join(folder, 'logger'), `#!/bin/sh\n${program}`);
  chmodSync(join(folder, 'logger'), 0o755);
  execFileSync('/bin/sh', ['-c', syslogCommand('local3', 3, 42)], {
    input: 'one\ntwo\n',
    env: { PATH: `${folder}:/usr/bin:/bin`, OUT: join(folder, 'out') },
  });
  return readFileSync(join(folder, 'out'), 'latin1');
}

test('lines go to the system log with tag, facility and level', () => {
  assert.equal(loggedBy('(echo "$@"; cat) >"$OUT"'), '-S 65536 -t lighttpd[42] -p local3.err\none\ntwo\n');
});

test('a logger that knows no -S gets the lines without it', () => {
  assert.equal(
    loggedBy('[ "$1" = -S ] && exit 1; (echo "$@"; cat) >"$OUT"'),
    '-t lighttpd[42] -p local3.err\none\ntwo\n',
  );
});
