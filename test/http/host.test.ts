import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkHost, hostWithoutPort, normalizeHost } from '../../src/http/host.js';
import { defaultParseOptions, readParseOptions } from '../../src/http/parse-options.js';
import { bytes } from './arbitraries.js';
import { recordedGroups } from './recorded-cases.js';

const normalizeOnly = readParseOptions([
  ['host-strict', false],
  ['host-normalize', true],
]);
const neither = readParseOptions([['host-strict', false]]);

for (const { suite, options, cases } of recordedGroups<string>('hosts')) {
  test(`hosts are read as lighttpd read them in ${suite}`, () => {
    for (const [sent, expected] of cases) assert.equal(checkHost(sent, options, 80), expected, sent);
  });
}

test('the port of the scheme is left out', () => {
  assert.equal(checkHost('a.test:443', defaultParseOptions, 443), 'a.test');
  assert.equal(checkHost('a.test:80', defaultParseOptions, 443), 'a.test:80');
  assert.equal(checkHost('127.0.0.1:8080', defaultParseOptions, 80), '127.0.0.1:8080');
});

test('a number as last label needs four numbers', () => {
  for (const host of ['1.2.3.4', '256.1.1.1', '1.a', '1.2.3.4.a'])
    assert.equal(checkHost(host, defaultParseOptions, 80), host);
  for (const host of ['1', '1.2.3', '1.2.3.4.5', 'a.1', 'a.2.3.4'])
    assert.equal(checkHost(host, defaultParseOptions, 80), null, host);
});

test('1023 bytes pass, 1024 do not', () => {
  assert.equal(checkHost('a'.repeat(1023), defaultParseOptions, 80), 'a'.repeat(1023));
  assert.equal(checkHost('a'.repeat(1024), neither, 80), null);
});

test('ports are read with the base that their start names, where the host is not strict', () => {
  for (const [port, value] of Object.entries({
    '0x1F90': 8080,
    '017620': 8080,
    '+8080': 8080,
    ' 8080': 8080,
  }))
    assert.equal(checkHost(`a:${port}`, normalizeOnly, 80), `a:${value}`, port);
  for (const port of ['0', '-1', '080', '0x', '65536', '80 ', '8 0', '1e3', '99999999999999999999'])
    assert.equal(checkHost(`a:${port}`, normalizeOnly, 80), null, port);
});

test('without checks a host is put in lower case, 8-bit bytes left alone', () => {
  assert.equal(checkHost('A_B:x\xc9', neither, 80), 'a_b:x\xc9');
  for (const host of ['a\rb', 'a\nb', 'a\0b']) assert.equal(checkHost(host, neither, 80), null);
});

test('IPv6 addresses are shortened, zones kept where the host is not strict', () => {
  assert.equal(normalizeHost('[2001:0DB8:0:0:0:0:0:1]:8080', 80), '[2001:db8::1]:8080');
  assert.equal(normalizeHost('[fe80:0::1%eth0]:80', 80), '[fe80::1%eth0]');
  assert.equal(normalizeHost(`[fe80::1%${'z'.repeat(53)}]`, 80), `[fe80::1%${'z'.repeat(53)}]`);
  for (const host of [
    `[fe80::1%${'z'.repeat(54)}]`,
    '[]',
    '[::1',
    '[::1]x',
    '[::1]:0',
    '[1.2.3.4]',
    '[::1]%a',
  ])
    assert.equal(normalizeHost(host, 80), null, host);
});

test('property: a host that was accepted is accepted again as it is', () => {
  const piece = fc.constantFrom(
    'a',
    'B',
    '-',
    '.',
    '1',
    '255',
    ':',
    '80',
    '[',
    ']',
    '::',
    'fe80',
    '%',
    '_',
    '0x1',
  );
  const host = fc.oneof(
    bytes,
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(host, fc.constantFrom(defaultParseOptions, normalizeOnly, neither), (text, options) => {
      const once = checkHost(text, options, 80);
      if (once === null) return;
      assert.equal(checkHost(once, options, 80), once);
      if (options === defaultParseOptions) assert.match(once, /^[a-z0-9.:[\]-]+$/);
    }),
    { numRuns: 3000 },
  );
});

test('the host stands before the port', () => {
  const hosts = ['a.example', 'a.example:80', '[::1]', '[::1]:80', ''].map(hostWithoutPort);
  assert.deepEqual(hosts, ['a.example', 'a.example', '[::1]', '[::1]', '']);
});
