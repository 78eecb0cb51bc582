import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { httpDate, modifiedSince, parseHttpDate } from '../../src/http/date.js';
import { bytes } from './arbitraries.js';

const now = Date.UTC(2026, 5, 1) / 1000;
const example = Date.UTC(1994, 10, 6, 8, 49, 37) / 1000;

test('the three forms of RFC 9110', () => {
  assert.equal(httpDate(example), 'Sun, 06 Nov 1994 08:49:37 GMT');
  assert.equal(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT', now), example);
  assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', now), example);
  assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994', now), example);
  assert.equal(parseHttpDate('Sun Nov 06 08:49:37 1994', now), example);
});

test('a two-digit year more than fifty years ahead lies in the past', () => {
  const yearOf = (digits: string) =>
    new Date(parseHttpDate(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, now) * 1000).getUTCFullYear();
  assert.equal(yearOf('76'), 2076);
  assert.equal(yearOf('77'), 1977);
  assert.equal(yearOf('00'), 2000);
});

test('numbers out of range carry over, and the day of the week is not checked', () => {
  assert.equal(parseHttpDate('Mon, 32 Jan 2023 25:61:61 GMT', now), Date.UTC(2023, 1, 2, 2, 2, 1) / 1000);
  assert.equal(
    parseHttpDate('Sun, 01 Jan 0050 00:00:00 GMT', now),
    Date.parse('0050-01-01T00:00:00Z') / 1000,
  );
});

test('text behind the date is ignored, unless it changes the form that the length tells', () => {
  assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT; length=5', now), example);
  assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994 GMT', now), example);
  assert.ok(Number.isNaN(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT ', now)));
});

test('anything else is no date', () => {
  const texts = [
    '',
    '0',
    'now',
    '2023-11-14T22:13:20Z',
    'sun, 06 nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06-Nov-1994 08:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Abc 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08.49.37 GMT',
    'Sun, 06 Nov 19x4 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 PST',
    'Sunday  06-Nov-94 08:49:37 GMT',
    'Xxx Nov  6 08:49:37 1994',
    'Sun Nov  6 08:49:37 199',
  ];
  for (const text of texts) assert.ok(Number.isNaN(parseHttpDate(text, now)), text);
});

test('what cannot be read counts as modified; equal times do not', () => {
  assert.equal(modifiedSince(httpDate(example), example, now), false);
  assert.equal(modifiedSince(httpDate(example), example + 1, now), true);
  assert.equal(modifiedSince(httpDate(example), example - 1, now), false);
  assert.equal(modifiedSince('yesterday', example, now), true);
  assert.equal(modifiedSince('Wed, 31 Dec 1969 23:59:59 GMT', -5, now), true);
});

test('property: a date that was written is read again', () => {
  const last = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: last }), (seconds) => {
      assert.equal(parseHttpDate(httpDate(seconds), now), seconds);
    }),
  );
});

test('property: no text makes it throw', () => {
  const nearDate = fc
    .tuple(fc.nat(28), bytes)
    .map(
      ([at, noise]) =>
        `${httpDate(example).slice(0, at)}${noise}${httpDate(example).slice(at + noise.length)}`,
    );
  fc.assert(
    fc.property(fc.oneof(bytes, nearDate), (text) => {
      const seconds = parseHttpDate(text, now);
      assert.ok(Number.isNaN(seconds) || Number.isInteger(seconds));
    }),
  );
});
