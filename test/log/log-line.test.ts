import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeMessage, LogTime } from '../../src/log/log-line.js';

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

test('bytes that are not printable are escaped as lighttpd does', () => {
  assert.equal(escapeMessage('a\tb\nc\rd\x1b[2J"\\', false), 'a\\tb\\nc\\rd\\x1b[2J"\\');
  assert.equal(escapeMessage(latin1('é'), false), '\\xc3\\xa9');
});

test('with utf8, well-formed text stays and everything else is escaped', () => {
  assert.equal(escapeMessage(latin1('é À € 😀'), true), latin1('é À € 😀'));
  assert.equal(
    escapeMessage('\xc0\xaf \xed\xa0\x80 \xf5 \xc2\x85 \xe2\x82', true).replace(/[^\\x]/g, ''),
    '\\x'.repeat(10),
  );
});

test('no message, whatever its bytes, makes more than one line', () => {
  const bytes = fc.uint8Array().map((array) => Buffer.from(array).toString('latin1'));
  fc.assert(
    fc.property(bytes, fc.boolean(), (message, utf8) => {
      assert.doesNotMatch(escapeMessage(message, utf8), /[\x00-\x1f\x7f]/);
    }),
  );
});

test('the time is local, and exact where asked for', () => {
  const at = new Date(2026, 10, 23, 4, 41, 4, 250).getTime();
  assert.equal(new LogTime(false).format(at), '2026-11-23 04:41:04');
  assert.equal(new LogTime(true).format(at + 0.5), '2026-11-23 04:41:04.250500000');
  const time = new LogTime(false);
  assert.equal(time.format(at), '2026-11-23 04:41:04');
  assert.equal(time.format(at + 1000), '2026-11-23 04:41:05');
});
