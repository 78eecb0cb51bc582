import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentRange, parseRanges } from '../../src/http/range.js';

/** Ranges of 1000 bytes as `first-last` texts; null: header ignored, '': none can be satisfied. */
function ranges(header: string, size = 1000): string | null {
  return (
    parseRanges(header, size)
      ?.map(({ first, last }) => `${first}-${last}`)
      .join() ?? null
  );
}

test('first and last, open end, suffix', () => {
  assert.equal(ranges('bytes=0-0'), '0-0');
  assert.equal(ranges('bytes=990-'), '990-999');
  assert.equal(ranges('bytes=0-5000'), '0-999');
  assert.equal(ranges('bytes=-10'), '990-999');
  assert.equal(ranges('bytes=-5000'), '0-999');
  assert.equal(contentRange({ first: 0, last: 9 }, 1000), 'bytes 0-9/1000');
});

test('another unit, or nothing to send, and the header is ignored', () => {
  for (const header of ['items=0-5', 'bytes', 'bytes 0-5', '', ' bytes=0-5'])
    assert.equal(ranges(header), null, header);
  assert.equal(ranges('bytes=0-5', 0), null);
  assert.equal(ranges('BYTES=0-5'), '0-5');
});

test('blanks and signs where C lets them be', () => {
  for (const header of [
    'bytes= 0-5',
    'bytes=0 - 5',
    'bytes=0-5 ',
    'bytes=+0-+5',
    'bytes=\t0\t-\t5\t',
    'bytes=-0-5',
  ])
    assert.equal(ranges(header), '0-5', header);
  assert.equal(ranges('bytes=0000-0009'), '0-9');
});

test('what is no range, or starts behind the end, does not count', () => {
  const bad = [
    '',
    '0',
    '-',
    'abc',
    '0-5x',
    '5--10',
    '--5',
    '0x5-10',
    '0-5;6-7',
    '1000-',
    '2000-2010',
    '-0',
    '9-5',
  ];
  for (const text of [...bad, '- 5', '1- -2', '5-7-9', '-5-7', ',,,', '2000-,3000-'])
    assert.equal(ranges(`bytes=${text}`), '', text);
  for (const text of bad) assert.equal(ranges(`bytes=${text},0-9`), '0-9', text);
});

test('numbers of 64 bits and more', () => {
  assert.equal(ranges('bytes=0-9223372036854775806'), '0-999');
  assert.equal(ranges('bytes=0-9223372036854775807'), '');
  assert.equal(ranges('bytes=99999999999999999999-'), '');
  assert.equal(ranges('bytes=-9223372036854775807'), '0-999');
  assert.equal(ranges('bytes=-9223372036854775808'), '');
});

test('ranges less than 80 bytes apart are sent as one', () => {
  assert.equal(ranges('bytes=0-99,179-199'), '0-199');
  assert.equal(ranges('bytes=0-99,180-199'), '0-99,180-199');
  assert.equal(ranges('bytes=0-500,5-10'), '0-500');
});

test('the order of the header is kept, also where overlapping ranges are merged', () => {
  assert.equal(ranges('bytes=500-509,0-9'), '500-509,0-9');
  assert.equal(ranges('bytes=50-149,0-99'), '0-149');
  assert.equal(ranges('bytes=500-599,0-9,550-650'), '500-650,0-9');
  assert.equal(ranges('bytes=300-500,100-350,0-150'), '0-500');
});

test('128 ranges in order, 10 once one is out of order', () => {
  const apart = (count: number, step: number) =>
    Array.from({ length: count }, (_, i) => (step > 0 ? i : count - 1 - i) * 100).map((at) => `${at}-${at}`);
  const count = (list: string[]) => parseRanges(`bytes=${list.join()}`, 100_000)?.length;
  assert.equal(count(apart(200, 1)), 128);
  assert.equal(count(apart(200, -1)), 10);
  assert.equal(count([...apart(20, 1), '0-0']), 20);
});

test('property: ranges lie within the body, and the first in order do not touch', () => {
  const position = fc.oneof(fc.constant(''), fc.nat(2000).map(String));
  const element = fc.tuple(position, position).map(([first, last]) => `${first}-${last}`);
  fc.assert(
    fc.property(fc.array(element, { maxLength: 140 }), fc.integer({ min: 1, max: 2000 }), (list, size) => {
      const found = parseRanges(`bytes=${list.join()}`, size)!;
      assert.ok(found.length <= 128);
      for (const [i, { first, last }] of found.entries()) {
        assert.ok(0 <= first && first <= last && last < size);
        for (const other of found.slice(i + 1)) assert.ok(last < other.first || other.last < first);
      }
    }),
  );
});

test('a header of blanks and digits takes no time', () => {
  const start = performance.now();
  for (const filler of [' ', '\t', '1', '-', '0-,', '1 -'])
    parseRanges(`bytes=0${filler.repeat(65_000 / filler.length)}x`, 1000);
  assert.ok(performance.now() - start < 500);
});
