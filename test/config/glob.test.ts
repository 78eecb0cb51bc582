import assert from 'node:assert/strict';
import { test } from 'node:test';
import { glob } from '../../src/config/glob.js';

const files = [
  '/c/a.conf',
  '/c/b.conf',
  '/c/B.conf',
  '/c/.d.conf',
  '/c/1-x',
  '/c/2-x',
  '/c/sub/a.conf',
  '/c/[1]',
  '/c/x*y',
];

/** Folders that hold the files above and nothing else. */
const folders = {
  list: (folder: string): string[] => [
    ...new Set(
      files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length).split('/')[0]),
    ),
  ],
  exists: (path: string): boolean => files.some((file) => file === path || file.startsWith(`${path}/`)),
};

test('patterns find what glob(3) finds, in its order', () => {
  const found: Readonly<Record<string, string[]>> = {
    '/c/a.conf': ['/c/a.conf'],
    '/c/none': [],
    '/c/*.conf': ['/c/B.conf', '/c/a.conf', '/c/b.conf'],
    '/c/.*': ['/c/.d.conf'],
    '/c/?.conf': ['/c/B.conf', '/c/a.conf', '/c/b.conf'],
    '/c/[0-9]-x': ['/c/1-x', '/c/2-x'],
    '/c/[!0-9.]*.conf': ['/c/B.conf', '/c/a.conf', '/c/b.conf'],
    '/c/[^a]*.conf': ['/c/B.conf', '/c/b.conf'],
    '/c/[[:upper:]].conf': ['/c/B.conf'],
    '/c/{b,a,none}.conf': ['/c/b.conf', '/c/a.conf'],
    '/c/{b,{a,B}}.conf': ['/c/b.conf', '/c/a.conf', '/c/B.conf'],
    '/c/{1,2}-*': ['/c/1-x', '/c/2-x'],
    '/*/*/a.conf': ['/c/sub/a.conf'],
    '/c/\\[1\\]': ['/c/[1]'],
    '/c/[[]1]': ['/c/[1]'],
    '/c/x\\*y': ['/c/x*y'],
    '/c/[unclosed': [],
    '/c/**.conf': ['/c/B.conf', '/c/a.conf', '/c/b.conf'],
  };
  for (const [pattern, names] of Object.entries(found))
    assert.deepEqual(glob(pattern, folders), names, pattern);
});

test('braces that stand for too many names are refused', () => {
  assert.equal(glob('{a,b}'.repeat(30), folders), null);
});
