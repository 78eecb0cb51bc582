import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readProxyHeader } from '../../../src/modules/mod_extforward/proxy-header.js';

const version1 = (line: string) => readProxyHeader(Buffer.from(`${line}\r\nGET / HTTP/1.1\r\n`, 'latin1'));

const signature = '0d0a0d0a000d0a515549540a';
const hex = (bytes: string) => Buffer.from(bytes.replace(/\s/g, ''), 'hex');
function version2(commandAndFamily: string, block: string, length = hex(block).length) {
  const size = length.toString(16).padStart(4, '0');
  return readProxyHeader(
    Buffer.concat([hex(signature + commandAndFamily + size + block), Buffer.from('GET /')]),
  );
}
const ip4Block = 'c0000207 c6336401 1267 0050';

test('version 1 names the client, by either family', () => {
  const header = version1('PROXY TCP4 192.0.2.7 198.51.100.1 4711 80')!;
  assert.deepEqual(header.client, {
    address: { text: '192.0.2.7', bytes: new Uint8Array([192, 0, 2, 7]) },
    port: 4711,
  });
  assert.equal(header.length, 43);
  assert.equal(version1('PROXY TCP6 2001:DB8:0::7 ::1 4711 443')!.client!.address.text, '2001:db8::7');
  assert.equal(version1('PROXY UNKNOWN')!.client, null);
  assert.equal(version1('PROXY UNKNOWN ffff::1 ffff::2 1 2')!.client, null);
});

suite('version 1 refuses', () => {
  const wrong = [
    'GET / HTTP/1.1',
    'PROXY',
    'PROXY  TCP4 192.0.2.7 198.51.100.1 4711 80',
    'PROXY TCP5 192.0.2.7 198.51.100.1 4711 80',
    'PROXY TCP4 2001:db8::7 2001:db8::1 4711 80',
    'PROXY TCP6 192.0.2.7 198.51.100.1 4711 80',
    'PROXY TCP4 192.0.2.7 198.51.100.1',
    'PROXY TCP4 192.0.2.7 198.51.100.1 0 80',
    'PROXY TCP4 192.0.2.7 198.51.100.1 47a1 80',
    'PROXY TCP4 192.0.2.7 198.51.100.1 4711 80 ',
    'PROXY UNKNOWNX',
    `PROXY UNKNOWN ${'x'.repeat(256)}`,
  ];
  for (const line of wrong) test(line.slice(0, 60), () => assert.equal(version1(line), null));
  test('a line in two pieces', () =>
    assert.equal(readProxyHeader(Buffer.from('PROXY TCP4 192.0.2.7')), null));
});

test('version 2 names the client, by any family', () => {
  const header = version2('2111', ip4Block)!;
  assert.equal(header.client!.address.text, '192.0.2.7');
  assert.equal(header.client!.port, 4711);
  assert.equal(header.length, 28);
  const ip6 = `${'20010db8000000000000000000000007'.repeat(2)} 1267 01bb`;
  assert.equal(version2('2121', ip6)!.client!.address.text, '2001:db8::7');
  const unix = `${Buffer.from('/run/s').toString('hex').padEnd(216, '0')}${'0'.repeat(216)}`;
  assert.deepEqual(version2('2131', unix)!.client, {
    address: { text: '/run/s', bytes: new Uint8Array(0) },
    port: 0,
  });
});

test('version 2 keeps the peer for LOCAL, and for what is neither TCP nor a socket file', () => {
  for (const kind of ['2011', '2112', '2100', '2199'])
    assert.equal(version2(kind, ip4Block)!.client, null, kind);
});

test('version 2 refuses what is cut short, too long, or of another version or command', () => {
  assert.equal(version2('2211', ip4Block), null);
  assert.equal(version2('1111', ip4Block), null);
  assert.equal(version2('2111', ip4Block, 5000), null);
  assert.equal(version2('2111', 'c0000207'), null);
  assert.equal(version2('2131', '2f'.repeat(216)), null);
  assert.equal(version2('2111', ip4Block + '00'.repeat(240)), null);
});

test('version 2 carries TLS facts, and a broken field ends them', () => {
  // its version, its name, and a byte that begins another field
  const names = '21 0007 544c5376312e33 22 0001 63 ff';
  const ssl = (bits: string, verify: string) => `20 0014 ${bits} ${verify} ${names}`;
  const header = version2('2111', `${ip4Block} 05 0003 616263 ${ssl('07', '00000000')} 05 ffff 00`)!;
  assert.ok(header.isTls && header.isVerified);
  assert.deepEqual(
    [...header.env],
    [
      ['PP2_UNIQUE_ID', 'abc'],
      ['SSL_PROTOCOL', 'TLSv1.3'],
      ['SSL_CLIENT_S_DN_CN', 'c'],
    ],
  );
  assert.equal(version2('2111', `${ip4Block} ${ssl('07', '00000001')}`)!.isVerified, false);
  assert.equal(version2('2111', `${ip4Block} ${ssl('01', '00000000')}`)!.isVerified, false);
  assert.equal(version2('2111', `${ip4Block} ${ssl('00', '00000000')}`)!.isTls, false);
});

test('any bytes end in a verdict', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, fc.boolean(), (tail, hasSignature) => {
      const start = hasSignature ? hex(`${signature}2111`) : Buffer.from('PROXY TCP4 ');
      const header = readProxyHeader(Buffer.concat([start, tail]));
      assert.ok(header === null || (header.length >= 8 && header.length <= 256));
    }),
  );
});
