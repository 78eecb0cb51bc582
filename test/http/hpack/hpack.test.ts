import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HpackDecoder } from '../../../src/http/hpack/decoder.js';
import {
  encodeField,
  encodePlainField,
  encodeStatus,
  fieldSizeMax,
} from '../../../src/http/hpack/encoder.js';
import { decodeHuffman, encodeHuffman, huffmanLength } from '../../../src/http/hpack/huffman.js';

type Field = [name: string, value: string];

function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\s+/g, ''), 'hex');
}

/** Null where the decoder refuses the block. */
function decode(decoder: HpackDecoder, block: Buffer): Field[] | null {
  if (!decoder.decode(block, 0, block.length)) return null;
  return Array.from({ length: decoder.count }, (_, i): Field => [decoder.names[i], decoder.values[i]]);
}

function refuses(block: string, decoder = new HpackDecoder()): void {
  assert.equal(decode(decoder, hex(block)), null, block);
}

const firstRequest: Field[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'www.example.com'],
];
const thirdRequest: Field[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/index.html'],
  [':authority', 'www.example.com'],
  ['custom-key', 'custom-value'],
];

test('RFC 7541, C.2: literal with and without indexing, never indexed, indexed', () => {
  const decoder = new HpackDecoder();
  assert.deepEqual(decode(decoder, hex('400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572')), [
    ['custom-key', 'custom-header'],
  ]);
  assert.deepEqual(decode(decoder, hex('040c 2f73 616d 706c 652f 7061 7468')), [[':path', '/sample/path']]);
  assert.deepEqual(decode(decoder, hex('1008 7061 7373 776f 7264 0673 6563 7265 74')), [
    ['password', 'secret'],
  ]);
  assert.deepEqual(decode(decoder, hex('82')), [[':method', 'GET']]);
});

test('RFC 7541, C.3 and C.4: three requests on one connection, plain and with Huffman code', () => {
  const series = [
    [
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
    [
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  ];
  for (const [first, second, third] of series) {
    const decoder = new HpackDecoder();
    assert.deepEqual(decode(decoder, hex(first)), firstRequest);
    assert.deepEqual(decode(decoder, hex(second)), [...firstRequest, ['cache-control', 'no-cache']]);
    assert.deepEqual(decode(decoder, hex(third)), thirdRequest);
  }
});

test('RFC 7541, C.6: entries are evicted from a table of 256 bytes', () => {
  const decoder = new HpackDecoder(256);
  const first = decode(
    decoder,
    hex(
      '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
    ),
  );
  assert.deepEqual(first, [
    [':status', '302'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['location', 'https://www.example.com'],
  ]);
  assert.deepEqual(decode(decoder, hex('4883 640e ffc1 c0bf'))?.[0], [':status', '307']);
  const third = decode(
    decoder,
    hex(
      '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
    ),
  );
  assert.deepEqual(third?.slice(-2), [
    ['content-encoding', 'gzip'],
    ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
  ]);
});

test('refuses what is no header block', () => {
  refuses('80'); // index 0
  refuses('be'); // beyond the table
  refuses('7f80'); // an integer that is cut off
  refuses('ff ffff ffff ffff ff7f'); // an integer too large
  refuses('4005 61'); // a string that is cut off
  refuses('40'); // no string at all
  refuses('4001 61'); // no value
  refuses('8220'); // a change of size behind a field
  refuses('3fe2 1f'); // a table larger than was offered (4097)
  refuses('4081 ff 0161'); // padding of eight bits
  refuses('4082 ffff 0161');
  refuses('4081 fe 0161'); // padding that is not ones
  refuses('4084 ffff fffc 0161'); // the end-of-string code
});

test('the table may be emptied and used again, and what is larger than it empties it', () => {
  const decoder = new HpackDecoder();
  decode(decoder, hex('4001 6101 62'));
  assert.deepEqual(decode(decoder, hex('be')), [['a', 'b']]);
  assert.deepEqual(decode(decoder, hex('20 82')), [[':method', 'GET']]);
  refuses('be', decoder);
  assert.deepEqual(decode(decoder, hex('3fe1 1f 4001 6101 62 be')), [
    ['a', 'b'],
    ['a', 'b'],
  ]);
  const small = new HpackDecoder(40);
  decode(small, hex('4001 6101 62'));
  decode(small, hex('4001 6109 6262 6262 6262 6262 62'));
  refuses('be', small);
});

test('the version of the table tells blocks apart that mean something else', () => {
  const decoder = new HpackDecoder();
  const before = decoder.tableVersion;
  decode(decoder, hex('8286'));
  assert.equal(decoder.tableVersion, before);
  decode(decoder, hex('4001 6101 62'));
  assert.notEqual(decoder.tableVersion, before);
});

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

test('property: Huffman code comes back as it was, in the length foretold', () => {
  fc.assert(
    fc.property(latin1, (text) => {
      const buffer = Buffer.alloc(text.length * 4 + 8);
      const end = encodeHuffman(text, buffer, 0);
      assert.equal(end, huffmanLength(text));
      assert.equal(decodeHuffman(buffer, 0, end), text);
    }),
  );
});

test('property: encoded fields are read as they were', () => {
  const field = fc.tuple(
    latin1.filter((name) => name !== ''),
    latin1,
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(field), fc.integer({ min: 100, max: 599 }), (fields, status) => {
      const room = fields.reduce((sum, [name, value]) => sum + fieldSizeMax(name, value), 20);
      const buffer = Buffer.alloc(room);
      let end = encodeStatus(status, buffer, 0);
      for (const [name, value, isPlain] of fields) {
        end = (isPlain ? encodePlainField : encodeField)(name, value, buffer, end);
      }
      const decoder = new HpackDecoder();
      const expected = [[':status', String(status)], ...fields.map(([name, value]) => [name, value])];
      assert.deepEqual(decode(decoder, buffer.subarray(0, end)), expected);
      assert.equal(decoder.tableVersion, 0);
    }),
  );
});

test('property: no bytes break the decoder', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (blocks) => {
      const decoder = new HpackDecoder();
      for (const block of blocks) decode(decoder, Buffer.from(block));
    }),
    { numRuns: 2000 },
  );
});
