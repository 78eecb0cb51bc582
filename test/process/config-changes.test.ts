import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChanges, hasSameText } from '../../src/process/config-changes.js';
import { treeOfText } from '../helpers/tree-of-text.js';

const plan = (text: string) => ({ tree: treeOfText(text), restartKeys: ['server.username'] });
const changes = (before: string, after: string) => describeChanges(plan(before), plan(after));

test('the same text has not changed', () => {
  assert.ok(hasSameText(treeOfText('server.port = 80'), treeOfText('server.port = 80')));
  assert.ok(!hasSameText(treeOfText('server.port = 80'), treeOfText('server.port = 81')));
});

test('directives are named that have another value, in whatever block', () => {
  const [line] = changes(
    'server.tag = "a"\nserver.name = "n"\n$HTTP["host"] == "h" { server.name = "x" }',
    'server.tag = "b"\nserver.name = "n"\n$HTTP["host"] == "h" { server.name = "y" }\nserver.port = 80',
  );
  assert.match(line, /changed: server\.name, server\.port, server\.tag$/);
});

test('a comment changes the text and no directive', () => {
  assert.match(changes('server.port = 80', 'server.port = 80 # web')[0], /changed$/);
});

test('what needs a restart is said to be as before', () => {
  const lines = changes('server.username = "a"', 'server.username = "b"');
  assert.equal(lines[1], 'not changed until the server is started anew: server.username');
});
