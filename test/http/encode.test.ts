import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodePath } from '../../src/http/decode-path.js';
import {
  encodeHtml,
  encodeMinimalXml,
  encodeUri,
  encodeUriPart,
  type Recoding,
  recode,
} from '../../src/http/encode.js';
import { bytes } from './arbitraries.js';

const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
const plainOf = (encode: (text: string) => string) =>
  printable.filter((byte) => encode(byte) === byte).join('');
const alphanumerics = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const sorted = (text: string) => [...text].sort().join('');

test('in URLs only these bytes stay as they are', () => {
  assert.equal(plainOf(encodeUri), sorted(`!()*-./_~${alphanumerics}`));
  assert.equal(plainOf(encodeUriPart), sorted(`!()*-._~${alphanumerics}`));
  assert.equal(encodeUri('/a b/\xc3\xa9\x00?'), '/a%20b/%C3%A9%00%3F');
});

test('in pages markup, quotes and controls become references; 8-bit bytes stay in XML', () => {
  assert.equal(
    encodeHtml('<a href="x">&\'`\n\xe9'),
    '&#x3C;a href=&#x22;x&#x22;&#x3E;&#x26;&#x27;&#x60;&#x0A;&#xE9;',
  );
  assert.equal(encodeMinimalXml('<\xe9\x7f'), '&#x3C;\xe9&#x7F;');
});

test('property: what was encoded for a URL decodes to the same, but for controls', () => {
  fc.assert(
    fc.property(bytes, (text) => {
      for (const encode of [encodeUri, encodeUriPart])
        assert.equal(decodePath(encode(text)), text.replace(/[\x00-\x1f\x7f]/g, '_'));
    }),
  );
});

const recoded = (text: string, encoding: Recoding['encoding'], letterCase: Recoding['letterCase'] = 'asis') =>
  recode(text, { encoding, letterCase });

test('esc escapes all but unreserved bytes, escnde leaves escapes, escpsnde slashes as well', () => {
  const text = '/A-._~%20%41%zz+\xe9%c3';
  assert.equal(recoded(text, 'none'), text);
  assert.equal(recoded(text, 'esc'), '%2FA-._~%2520%2541%25zz%2B%E9%25c3');
  assert.equal(recoded(text, 'escnde'), '%2FA-._~%20A%25zz%2B%E9%c3');
  assert.equal(recoded(text, 'escpsnde'), '/A-._~%20A%25zz%2B%E9%c3');
});

test('base64url is written without padding, read with or without', () => {
  assert.equal(recoded('\xfb\xff?', 'encb64u'), '-_8_');
  assert.equal(recoded('a', 'encb64u'), 'YQ');
  assert.equal(recoded('YQ==', 'decb64u'), 'a');
  assert.equal(recoded(' Y\nQ', 'decb64u'), 'a');
});

test('base64url is read up to the first byte that is none; one digit left over spoils it', () => {
  assert.equal(recoded('YWJj+YWJj', 'decb64u'), 'abc');
  assert.equal(recoded('YWJjY', 'decb64u'), '');
  assert.equal(recoded('YWJj\0', 'decb64u'), '');
  assert.equal(recoded('+', 'decb64u'), '');
});

test('the case changes outside escapes, after the encoding', () => {
  assert.equal(recoded('aB%c3%A9\xe9', 'none', 'upper'), 'AB%c3%A9\xe9');
  assert.equal(recoded('aB%c3%A9%C', 'none', 'lower'), 'ab%c3%A9%c');
  assert.equal(recoded('\xe9Z', 'esc', 'lower'), '%E9z');
});
