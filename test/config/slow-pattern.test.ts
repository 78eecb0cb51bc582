import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSlowPattern } from '../../src/config/slow-pattern.js';

test('loops that one text can go round in two ways are slow', () => {
  for (const source of [
    '^(a+)+$',
    '^(a*)*b',
    '^(a|a)*$',
    '(a|aa)+$',
    '^(\\w|\\d)*$',
    '(?:a*b?)*c',
    '(x+x+)+y',
    '^([a-z]+)*\\.php$',
    '^(.*?,)*x$',
    '(.*a){12,}b',
    '^(\\s*\\w+\\s*)*;$',
    '^(?:\\.?[a-z0-9-]+)*/x$',
    '^/([^/]+/?)*\\.html$',
  ])
    assert.ok(isSlowPattern(source), source);
});

test('patterns that only look like it are not', () => {
  for (const source of [
    '(a+)+',
    '^(a|b)*c',
    '^([a-z]+\\.)+php$',
    '^(?:[a-z]+/)*index$',
    '^/([^/]+/)*x$',
    '(?>a+)+$',
    '(a++)+$',
    '^/(.*)/(.*)\\.html$',
    '^\\d{1,3}(\\.\\d{1,3}){3}$',
    '\\.(?:jpe?g|png|gif)$',
    '(unfinished',
  ])
    assert.ok(!isSlowPattern(source), source);
});

test('a large pattern is looked at in little time', () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`);
  const start = performance.now();
  isSlowPattern(`^(${words.join('|')})*$`);
  isSlowPattern(`(?:${words.map((word) => `${word}.*x`).join('|')})+$`);
  assert.ok(performance.now() - start < 5000);
});
