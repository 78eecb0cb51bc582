import assert from 'node:assert/strict';
import { test } from 'node:test';
import { etagMatches } from '../../src/http/etag.js';

const tag = '"12345"';

test('the tag alone, in a list, as weak', () => {
  for (const header of [
    tag,
    `W/${tag}`,
    `"a",${tag},"b"`,
    `"a", W/${tag}`,
    `, ,${tag}`,
    `\t${tag} `,
    `x, ${tag} y`,
  ])
    assert.ok(etagMatches(header, tag, true), header);
});

test('other tags, and the tag as part of other text', () => {
  for (const header of [
    '',
    '"other"',
    `x${tag}`,
    `"a${tag}`,
    `${tag}x`,
    '12345',
    '"1234',
    `w/${tag}`,
    '"a", "b"',
  ])
    assert.ok(!etagMatches(header, tag, true), header);
});

test('a weak tag on either side does not match where it must be strong', () => {
  assert.ok(etagMatches(`W/"a", ${tag}`, tag, false));
  assert.ok(!etagMatches(`W/${tag}`, tag, false));
  assert.ok(!etagMatches(`W/${tag}`, `W/${tag}`, false));
  assert.ok(etagMatches(tag, `W/${tag}`, true));
  assert.ok(etagMatches(`W/${tag}`, `W/${tag}`, true));
});

test('* matches any tag; alone it matches an answer without one', () => {
  assert.ok(etagMatches('*', '', false));
  assert.ok(etagMatches('"a", *', tag, false));
  assert.ok(!etagMatches('"a", *', '', true));
  assert.ok(!etagMatches('*x', tag, true));
  assert.ok(!etagMatches(tag, '', true));
});
