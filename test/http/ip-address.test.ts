import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatIpv6,
  matchesPrefix,
  parseIpAddress,
  parseIpv6,
  sameAddress,
} from '../../src/http/ip-address.js';

const bytesOf = (text: string) => parseIpAddress(text)!.bytes;

test('addresses become 4 or 16 bytes; no text is a unix socket', () => {
  assert.deepEqual([...bytesOf('192.0.2.1')], [192, 0, 2, 1]);
  assert.deepEqual([...bytesOf('[2001:db8::1]').slice(0, 4)], [0x20, 0x01, 0x0d, 0xb8]);
  assert.deepEqual([...bytesOf('::ffff:192.0.2.1').slice(10)], [255, 255, 192, 0, 2, 1]);
  assert.equal(bytesOf('').length, 0);
});

test('what inet_pton refuses is refused', () => {
  const texts = [
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    '1.2.3.',
    'a.b.c.d',
    ' 1.2.3.4',
    '1',
    '0x7f.0.0.1',
  ];
  const v6 = [
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::12345',
    '::g',
  ];
  for (const text of [
    ...texts,
    ...v6,
    '1.2.3.4::',
    '::1.2.3',
    '::01.2.3.4',
    'fe80::1%eth0',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])
    assert.equal(parseIpAddress(text), null, text);
});

test('IPv6 is written as inet_ntop writes it', () => {
  const cases: Record<string, string> = {
    '0:0:0:0:0:0:0:0': '::',
    '0:0:0:0:0:0:0:1': '::1',
    '1:0:0:0:0:0:0:0': '1::',
    '2001:0DB8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
    '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
    '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
    '0:0:0:0:0:0:102:304': '::1.2.3.4',
    '::ffff:102:304': '::ffff:1.2.3.4',
    '::fffe:102:304': '::fffe:102:304',
    '::ffff': '::ffff',
  };
  for (const [text, short] of Object.entries(cases)) assert.equal(formatIpv6(parseIpv6(text)!), short, text);
});

test('a prefix compares that many bits, also across IPv4 and mapped addresses', () => {
  assert.ok(matchesPrefix(bytesOf('10.0.0.0'), bytesOf('10.255.0.1'), 8));
  assert.ok(!matchesPrefix(bytesOf('10.0.0.0'), bytesOf('10.128.0.1'), 9));
  assert.ok(matchesPrefix(bytesOf('10.0.0.0'), bytesOf('::ffff:10.1.1.1'), 8));
  assert.ok(matchesPrefix(bytesOf('::ffff:10.0.0.0'), bytesOf('10.1.1.1'), 104));
  assert.ok(!matchesPrefix(bytesOf('10.0.0.0'), bytesOf('::10.0.0.0'), 8));
  assert.ok(matchesPrefix(bytesOf('2001:db8::'), bytesOf('2001:db8:ffff::'), 32));
  assert.ok(!sameAddress(bytesOf(''), bytesOf('')));
  assert.ok(sameAddress(bytesOf('::1'), bytesOf('0:0:0:0:0:0:0:1')));
});

test('property: an address that was written reads as the same bytes', () => {
  const word = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff));
  fc.assert(
    fc.property(fc.array(word, { minLength: 8, maxLength: 8 }), (words) => {
      const bytes = Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255]));
      const text = formatIpv6(bytes);
      assert.ok(isIPv6(text), text);
      assert.deepEqual(parseIpv6(text), bytes);
    }),
  );
});

test('property: what is accepted is what Node accepts', () => {
  const piece = fc.constantFrom(':', '::', '.', '0', '1', '255', '256', 'f', 'ffff', '12345', '1.2.3.4');
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 16 }), (pieces) => {
      const text = pieces.join('');
      assert.equal(parseIpAddress(text) !== null, isIPv4(text) || isIPv6(text), text);
    }),
    { numRuns: 3000 },
  );
});
