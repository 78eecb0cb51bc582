import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { GeoDatabase, textAt } from '../../src/files/geo-database.js';
import { noAddress, parseIpAddress } from '../../src/http/ip-address.js';
import { type DatabaseValue, geoDatabase, Typed } from '../helpers/geo-database.js';

const folder = mkdtempSync(join(tmpdir(), 'lighttpd-ts-'));
after(() => rmSync(folder, { recursive: true }));

function open(content: string | Buffer): GeoDatabase | string {
  const file = join(folder, 'test.mmdb');
  writeFileSync(file, content);
  return GeoDatabase.open(file);
}

function find(networks: Record<string, DatabaseValue>, address: string, ipVersion: 4 | 6 = 6) {
  const database = open(geoDatabase('Test', networks, ipVersion));
  if (typeof database === 'string') assert.fail(database);
  return database.find(parseIpAddress(address) ?? noAddress);
}

describe('GeoDatabase', () => {
  it('finds the network of an address', () => {
    const networks = { '192.0.2.0/24': 'four', '198.51.100.128/25': 'half', '2001:db8::/32': 'six' };
    assert.equal(find(networks, '192.0.2.77'), 'four');
    assert.equal(find(networks, '192.0.3.0'), null);
    assert.equal(find(networks, '198.51.100.128'), 'half');
    assert.equal(find(networks, '198.51.100.127'), null);
    assert.equal(find(networks, '2001:db8:1::9'), 'six');
    assert.equal(find(networks, '2001:db9::'), null);
  });

  it('knows nothing of clients without an address, nor of IPv6 where the file has IPv4 alone', () => {
    const networks = { '32.0.0.0/3': 'four' };
    assert.equal(find(networks, '32.1.2.3', 4), 'four');
    assert.equal(find(networks, '2001:db8::1', 4), null);
    assert.equal(find(networks, '', 4), null);
  });

  const texts: readonly (readonly [DatabaseValue, string])[] = [
    ['Zürich', 'Z\xc3\xbcrich'],
    ['x'.repeat(100), 'x'.repeat(100)],
    [52, '52.00000'],
    [-0.1278, '-0.12780'],
    [new Typed('float', 1.5), '1.50000'],
    [4_294_967_295n, '4294967295'],
    [new Typed('uint16', 807n), '807'],
    [new Typed('int32', -5n), '-5'],
    [new Typed('uint64', 18_446_744_073_709_551_615n), '18446744073709551615'],
    [new Typed('uint128', 171n), '0x000000000000000000000000000000AB'],
    [true, '1'],
    [false, '0'],
    [Buffer.from([1, 255]), '\x01\xff'],
  ];
  for (const [value, text] of texts) {
    it(`writes ${text.slice(0, 40)}`, () => assert.equal(find({ '192.0.2.0/24': value }, '192.0.2.1'), text));
  }

  it('says why a file cannot be used', () => {
    assert.equal(GeoDatabase.open(join(folder, 'none.mmdb')), 'No such file or directory');
    assert.equal(open(''), 'it is no GeoIP2 database');
    assert.equal(open('GeoIP legacy \xff\xff\xff'), 'it is no GeoIP2 database');
    assert.equal(open(Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')), 'it is damaged');
  });

  it('comes to no harm by a file that is cut, anywhere', () => {
    const whole = geoDatabase('Test', { '192.0.2.0/24': { a: ['b', 'c'] } });
    const description = whole.lastIndexOf('\xab\xcd\xef', undefined, 'latin1');
    for (let removed = 1; removed < description; removed += 7) {
      const database = open(
        Buffer.concat([whole.subarray(0, description - removed), whole.subarray(description)]),
      );
      if (typeof database !== 'string') database.find(parseIpAddress('192.0.2.1') ?? noAddress);
    }
    for (let length = description; length < whole.length; length++)
      assert.equal(typeof open(whole.subarray(0, length)), 'string', `cut to ${length}`);
  });
});

describe('textAt', () => {
  const record = { country: { names: { en: 'Germany' } }, subdivisions: [{ code: 'BE' }, { code: 'X' }] };
  const paths: readonly (readonly [string, string | undefined])[] = [
    ['country/names/en', 'Germany'],
    ['country/names/de', undefined],
    ['country/names', undefined],
    ['country/names/en/x', undefined],
    ['country/toString', undefined],
    ['subdivisions/0/code', 'BE'],
    ['subdivisions/-1/code', 'X'],
    ['subdivisions/2/code', undefined],
    ['subdivisions/x/code', undefined],
    ['subdivisions/length', undefined],
  ];
  for (const [path, text] of paths)
    it(`${path}: ${text}`, () => assert.equal(textAt(record, path.split('/')), text));
});
