import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from './run-command.js';

const text = `server.document-root = "/srv"
server.name = "top"
$HTTP["host"] == "a.example" {
  server.name = "ä"
}
`;
const explain = (...words: string[]) => runCommand(['explain', '-f', '-', ...words], text);

test('conditions and settings are shown with their places', () => {
  const { status, stdout } = explain('http://a.example/x?y');
  assert.equal(status, 0);
  assert.match(stdout, /yes \$HTTP\["host"\] == "a\.example" {2}-:3:1: compared with "a\.example"/);
  assert.match(stdout, /server\.name = "ä"\n {4}from -:4:3, in .*\n {4}instead of "top" from -:2:1/);
});

test('--json prints the same for programs', () => {
  const { conditions, settings, request } = JSON.parse(
    explain('/x', '--header', 'Host: a.example', '--json').stdout,
  );
  assert.equal(request.path, '/x');
  assert.deepEqual([conditions[0].holds, conditions[0].place.line], [true, 3]);
  const name = settings.find(({ directive }: { directive: string }) => directive === 'server.name');
  assert.deepEqual([name.value, name.place.line, name.overridden[0].value], ['"ä"', 4, '"top"']);
});

test('the exit status tells a refused request from wrong words', () => {
  assert.equal(explain('/%00').status, 1);
  assert.equal(explain('/', '--method', 'NOSUCH').status, 1);
  for (const words of [[], ['/', '/'], ['/', '--header', 'none'], ['/', '--nosuch']]) {
    const { status, stderr } = explain(...words);
    assert.equal(status, 2);
    assert.match(stderr, /^lighttpd-ts explain: .+/);
  }
  assert.equal(runCommand(['explain', '/']).status, 2);
  assert.equal(runCommand(['explain', '-f', 'no-such.conf', '/']).status, 2);
});
