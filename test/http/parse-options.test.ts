import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultParseOptions,
  ParseOption,
  parseOptionKeys,
  readParseOptions,
} from '../../src/http/parse-options.js';

const urlBits = 0x7ff8;

test('no switch at all gives the default', () => {
  assert.equal(readParseOptions([]), defaultParseOptions);
});

test('every key moves its own bit', () => {
  for (const [key, bit] of parseOptionKeys) {
    assert.equal(readParseOptions([[key, true]]) & bit, bit, key);
    const neverOff = [ParseOption.hostNormalize, ParseOption.urlNormalizeUnreserved];
    if (!neverOff.some((other) => other === bit))
      assert.equal(readParseOptions([[key, false]]) & bit, 0, key);
  }
});

test('the last of two switches for one key holds', () => {
  const bit = ParseOption.methodGetBody;
  assert.equal(
    readParseOptions([
      ['method-get-body', true],
      ['method-get-body', false],
    ]) & bit,
    0,
  );
  assert.equal(
    readParseOptions([
      ['method-get-body', false],
      ['method-get-body', true],
    ]) & bit,
    bit,
  );
});

test('a strict host is also normalised', () => {
  const both = ParseOption.hostStrict | ParseOption.hostNormalize;
  assert.equal(readParseOptions([['host-normalize', false]]) & both, both);
  assert.equal(readParseOptions([['host-strict', false]]) & both, 0);
  assert.equal(
    readParseOptions([
      ['host-strict', false],
      ['host-normalize', true],
    ]) & both,
    ParseOption.hostNormalize,
  );
});

test('url-normalize switched off beats every other URL option, before or after it', () => {
  assert.equal(
    readParseOptions([
      ['url-normalize', false],
      ['url-ctrls-reject', true],
    ]) & urlBits,
    0,
  );
  assert.equal(
    readParseOptions([
      ['url-normalize-required', true],
      ['url-normalize', false],
      ['url-normalize', true],
    ]) & urlBits,
    0,
  );
});

test('without a way to decode, the default way comes back; %2F stays only where its switch is off', () => {
  const options = readParseOptions([
    ['url-normalize-unreserved', false],
    ['url-invalid-utf8-reject', false],
  ]);
  const back =
    ParseOption.urlNormalize |
    ParseOption.urlNormalizeUnreserved |
    ParseOption.urlNormalizeInvalidUtf8Reject |
    ParseOption.urlNormalizePath2fDecode;
  assert.equal(options & back, back);
  const keep2f = readParseOptions([
    ['url-normalize-unreserved', false],
    ['url-path-2f-decode', false],
  ]);
  assert.equal(keep2f & back, back & ~ParseOption.urlNormalizePath2fDecode);
});

test('with url-normalize-required the other way stays off, and nothing comes back', () => {
  const options = readParseOptions([
    ['url-normalize-required', true],
    ['url-normalize-unreserved', false],
    ['url-invalid-utf8-reject', false],
  ]);
  assert.equal(options & (ParseOption.urlNormalizeUnreserved | ParseOption.urlNormalizeInvalidUtf8Reject), 0);
});
