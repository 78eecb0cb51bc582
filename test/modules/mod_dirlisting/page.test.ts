import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  jsonListing,
  LocalTimes,
  pageRow,
  pageStart,
  shortSize,
} from '../../../src/modules/mod_dirlisting/page.js';

const withoutTypes = { typeOf: () => '', times: new LocalTimes() };
const file = (name: string) => ({ name, isDirectory: false, size: 10, mtime: 0 });

test('sizes are as short as lighttpd writes them', () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, '0.0K'],
    [1, '0.1K'],
    [99, '0.1K'],
    [100, '0.1K'],
    [1023, '0.9K'],
    [1024, '1.0K'],
    [5000, '4.9K'],
    [1023 * 1024, '0.9M'],
    [3_072_000, '2.9M'],
    [5 * 1024 ** 4, '5.0T'],
  ];
  for (const [bytes, text] of sizes) assert.equal(shortSize(bytes), text, String(bytes));
});

test('times are those of the local clock, in whatever order they come', () => {
  const times = new LocalTimes();
  fc.assert(
    fc.property(fc.integer({ min: 100_000_000, max: 4_000_000_000 }), (seconds) => {
      const date = new Date(seconds * 1000);
      const [, month, day, year, time] = /^\w+ (\w+) (\d+) (\d+) ([\d:]+)/.exec(String(date)) ?? [];
      assert.equal(times.text(seconds), `${year}-${month}-${day} ${time}`);
      assert.equal(times.text(seconds + 1).length, 20);
    }),
  );
});

test('names cannot break out of their row, and links lead to them', () => {
  const row = pageRow(file('"><a b%&\'.txt'), withoutTypes);
  assert.match(row, /href="%22%3E%3Ca%20b%25%26%27\.txt">&#x22;&#x3E;&#x3C;a b%&#x26;&#x27;\.txt</);
  assert.match(row, /application\/octet-stream/);
  assert.match(pageRow({ ...file('d'), isDirectory: true }, withoutTypes), /href="d\/">d<\/a>\//);
});

test('only the root has no way up', () => {
  const parts = {
    path: '/',
    encoding: '',
    cssUrl: '',
    jsUrl: '',
    isBare: true,
    headerHtml: '',
    readmeHtml: '',
    footerHtml: '',
  };
  assert.doesNotMatch(pageStart(parts), /\.\.\//);
  assert.match(pageStart({ ...parts, path: '/a/' }), /href="\.\.\/"/);
});

test('any names make valid JSON, byte for byte', () => {
  assert.equal(jsonListing([]), '[]');
  const name = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
  fc.assert(
    fc.property(fc.array(name), (names) => {
      const parsed = JSON.parse(jsonListing(names.map(file))) as { name: string }[];
      assert.deepEqual(
        parsed.map((item) => item.name),
        names,
      );
    }),
  );
});
