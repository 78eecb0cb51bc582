import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countryCodeOfThree } from '../../src/base/country-codes.js';

test('a country has a code of three letters beside that of two', () => {
  const pairs = { AD: 'AND', CH: 'CHE', DE: 'DEU', GB: 'GBR', JP: 'JPN', US: 'USA', ZW: 'ZWE' };
  for (const [two, three] of Object.entries(pairs)) assert.equal(countryCodeOfThree(two), three);
  for (const none of ['', 'D', 'ZZ', 'de', 'DEU']) assert.equal(countryCodeOfThree(none), undefined);
});

test('every country that the language data names has one, and no two have the same', () => {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const twos = letters.flatMap((first) => letters.map((second) => first + second));
  const known = twos.filter((two) => countryCodeOfThree(two) !== undefined);
  assert.equal(new Set(known.map(countryCodeOfThree)).size, 249);
  assert.deepEqual(
    known.filter((two) => names.of(two) === undefined),
    [],
  );
});
