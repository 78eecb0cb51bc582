import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readForwarded } from '../../../src/modules/mod_extforward/forwarded-header.js';
import type { Forwarder } from '../../../src/modules/mod_extforward/forwarder.js';

const forwarder: Forwarder = {
  trustsAll: null,
  byName: new Map([
    ['10.0.0.1', true],
    ['_proxy', true],
  ]),
  networks: [{ bytes: new Uint8Array([10, 1, 0, 0]), bits: 16 }],
};

/** The client's address, `400` for a refused header, null where nothing is changed. */
function clientOf(header: string): string | null {
  const found = readForwarded(header, forwarder);
  if (found === null) return null;
  return 'problem' in found ? '400' : found.address.text;
}

suite('the client is', () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ['behind trusted proxies', 'for=192.0.2.7;by=x, for=10.0.0.1, for=10.1.2.3', '192.0.2.7'],
    ['the nearest that is not trusted', 'for=192.0.2.7;by=x, for=198.51.100.1', '198.51.100.1'],
    ['the first of a chain of trusted ones', 'for=10.1.0.1;by=x, for=10.0.0.1', '10.1.0.1'],
    ['not a lone first element', 'for=192.0.2.7', null],
    ['not a lone first element before others', 'for=192.0.2.7, for=10.0.0.1', '10.0.0.1'],
    ['a lone element behind a comma', ', for=192.0.2.7', '192.0.2.7'],
    ['the last of two in an element', 'for=1.1.1.1;for=192.0.2.7', '192.0.2.7'],
    ['past a trusted identifier', 'for=192.0.2.7;by=x, for=_proxy', '192.0.2.7'],
    ['not past another identifier', 'for=192.0.2.7;by=x, for=_other, for=10.0.0.1', '10.0.0.1'],
    ['nobody where only an identifier is known', 'for=unknown;by=x', null],
    ['past an element without for', 'for=192.0.2.7;by=x, proto=https', '192.0.2.7'],
    ['an IPv4 address in quotes without its port', 'for="192.0.2.7:80";by=x', '192.0.2.7'],
    ['an IPv6 address without brackets and port', 'for="[2001:db8::7]:80";by=x', '2001:db8::7'],
    ['nobody where a port stands without quotes', 'for=192.0.2.7:80;by=x', null],
    ['found with blanks around separators', ' for=192.0.2.7 ; proto=https , for=10.0.0.1', '192.0.2.7'],
    ['refused with an open bracket', 'for="[2001:db8::7";by=x', '400'],
    ['refused with empty brackets', 'for="[]";by=x', '400'],
    ['refused with an open quote anywhere', 'for=192.0.2.7;by="x', '400'],
    ['refused with a backslash at the end', 'for=192.0.2.7;by="x\\', '400'],
    ['found among 63 parameters', `for=192.0.2.7${';p=v'.repeat(62)}`, '192.0.2.7'],
    ['refused among 64', `for=192.0.2.7${';p=v'.repeat(63)}`, '400'],
    ['nobody in separators', ' ; , ;; ,', null],
  ];
  for (const [what, header, client] of cases) test(what, () => assert.equal(clientOf(header), client));
});

test('proto comes from the element of the client, host from the first trusted, user from the last', () => {
  const header =
    'for=192.0.2.7;proto="https", for=10.0.0.1;proto=http;host="A\\.example";remote_user=x, ' +
    'for=10.0.0.1;host=b;remote_user="a\\"b"';
  const found = readForwarded(header, forwarder);
  assert.ok(found && !('problem' in found));
  assert.equal(found.proto, 'https');
  assert.equal(found.host, 'A.example');
  assert.equal(found.remoteUser, 'a"b');
});

test('any header ends in a verdict, in time', () => {
  const piece = fc.constantFrom('for=', '"', '[', ']', ',', ';', '=', '\\', ' ', '1.2.3.4', 'a', 'host');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      readForwarded(pieces.join(''), forwarder);
    }),
  );
  const start = performance.now();
  readForwarded('a"b"'.repeat(16_000), forwarder);
  readForwarded(`${'"'.repeat(65_000)}`, forwarder);
  assert.ok(performance.now() - start < 500);
});
