import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeDefault, escapeJson } from '../../../src/base/escape-bytes.js';
import { HeaderList } from '../../../src/http/header-list.js';
import { HttpVersion } from '../../../src/http/version.js';
import { maskAddress } from '../../../src/modules/mod_accesslog/fields.js';
import {
  compileJson,
  compileLine,
  parseFormat,
  readBackslashes,
} from '../../../src/modules/mod_accesslog/format.js';
import { LineClock } from '../../../src/modules/mod_accesslog/line-clock.js';
import { Clock } from '../../../src/plugin/clock.js';
import type { RequestState } from '../../../src/plugin/request-state.js';

/** A finished request, with what the fields read. */
function request(changes: Record<string, unknown> = {}): RequestState {
  const headers = new HeaderList();
  headers.set('User-Agent', 'a"b\\c\td\xe9');
  headers.set('Cookie', 'ab=x; b=two words; c=');
  const responseHeaders = new HeaderList();
  responseHeaders.insert('X-App', 'one');
  responseHeaders.insert('X-App', 'two');
  return {
    method: 'GET',
    version: HttpVersion.http11,
    target: '/a.txt?x=1',
    targetOriginal: '/old?x=1',
    headers,
    responseHeaders,
    responseBody: { finished: true, failed: false },
    uri: { authority: 'h', query: 'x=1' },
    serverName: '',
    remoteAddress: { text: '192.0.2.77' },
    remotePort: 4711,
    connection: { listenSocket: { token: '[::1]:8080' }, requestCount: 3 },
    env: new Map([['REMOTE_USER', 'anna']]),
    physical: { path: '/www/a.txt' },
    status: 200,
    keepAlive: true,
    startedAt: 1_700_000_000.25,
    headBytesIn: 50,
    headBytesOut: 200,
    bodyBytesOut: 12,
    body: { bytesIn: 3 },
    ...changes,
  } as unknown as RequestState;
}

/** A line made at 1700000001.5, or what is wrong with the format. */
function line(format: string, changes = {}, escapeText = escapeDefault): string {
  const parts = parseFormat(format);
  return typeof parts === 'string' ? parts : compileLine(parts, escapeText)(request(changes), clockAt());
}

function clockAt(): LineClock {
  const clock = new Clock();
  clock.epochSeconds = 1_700_000_001;
  clock.preciseSeconds = () => 1_700_000_001.5;
  return new LineClock(clock);
}

const lines: readonly [string, string][] = [
  ['%h %a %{mask}h', '192.0.2.77 192.0.2.77 192.0.2.0'],
  ['%A %p %{remote}p', '[::1] 8080 4711'],
  ['%u %l %v %V', 'anna - - h'],
  ['%r|%m|%U|%q|%H', 'GET /old?x=1 HTTP/1.1|GET|/a.txt|x=1|HTTP/1.1'],
  ['%s %>s %<s %%s', '200 200 200 %s'],
  ['%b %B %O %I', '12 12 212 53'],
  ['%{User-Agent}i %{None}i', 'a\\"b\\\\c\\td\\xE9 -'],
  ['%{x-app}o', 'one\\r\\nX-App: two'],
  ['[%{b}C][%{c}C][%{a}C]', '[two words][][]'],
  ['%f %k %X %P', '/www/a.txt 2 + '],
  ['[%i][%o][%e][%n][%C][%{x}l]', '[][][][][][]'],
  ['%{REMOTE_USER}e %{NONE}n', 'anna -'],
  ['%{sec}t %{msec}t %{usec}t %{nsec}t', '1700000001 1700000001500 1700000001500000 1700000001500000000'],
  ['%{begin:msec}t %{msec_frac}t %{begin:usec_frac}t', '1700000000250 500 250000'],
  ['%T %{ms}T %D %{ns}T', '1 1250 1250000 1250000000'],
];

for (const [format, expected] of lines)
  test(`${format} gives ${expected}`, () => assert.equal(line(format), expected));

test('the default time has the form of common log files', () => {
  assert.match(line('%t'), /^\[1[45]\/Nov\/2023:\d\d:\d\d:\d\d [+-]\d{4}\]$/);
  assert.equal(line('%{at %Y}t'), 'at 2023');
});

test('an answer that was cut is marked, and one that sent nothing has no size', () => {
  assert.equal(line('%X', { responseBody: { finished: true, failed: true } }), 'X');
  assert.equal(line('%b %O', { headBytesOut: 0, bodyBytesOut: 0 }), '- -');
  assert.equal(line('%b', { bodyBytesOut: 0 }), '0');
});

test('a clock that was set back does not give a duration', () => {
  assert.equal(line('%D', { startedAt: 1_800_000_000 }), '-1');
});

for (const bad of [
  '',
  '%',
  'a%',
  '%Z',
  '%!s',
  '%400s',
  '%{a',
  '%{a}',
  '%{}i',
  '%>',
  '%{c}a',
  '%{x}p',
  '%{x}T',
  '%{x}t',
  '%t %t',
  '%{sec}t %t',
])
  test(`"${bad}" is refused with a reason`, () => assert.equal(typeof parseFormat(bad), 'string'));

test('127 fields are allowed, 128 are not', () => {
  assert.equal(typeof parseFormat('%s'.repeat(127)), 'object');
  assert.equal(typeof parseFormat('%s'.repeat(128)), 'string');
});

test('backslashes name control characters', () => {
  assert.equal(readBackslashes('a\\tb\\n\\q\\\\c\\'), 'a\tb\nq\\c');
});

test('addresses are masked as lighttpd does', () => {
  const masked = ['192.0.2.77', '2001:db8:1:2::3', '2001:db8::3', '::1', '::ffff:1.2.3.4', ''].map(
    maskAddress,
  );
  assert.deepEqual(masked, ['192.0.2.0', '2001:db8:1::', '2001:db8::', '::', '::ffff:1.2.3.0', '']);
});

test('whatever a client sends, it cannot end its quotes or its line', () => {
  const bytes = fc.uint8Array().map((array) => Buffer.from(array).toString('latin1'));
  fc.assert(
    fc.property(bytes, (text) => {
      for (const escapeText of [escapeDefault, escapeJson])
        assert.match(
          escapeText(text),
          /^(?:[^"\\\x00-\x1f]|\\[abtnvfr"\\]|\\x[0-9A-F]{2}|\\u00[0-9A-F]{2})*$/,
        );
    }),
  );
});

test('JSON lines hold the fields of the format, whatever bytes they have', () => {
  const parts = parseFormat('%h "%r" %>s %b %u %{Referer}i %{User-Agent}i %t %D');
  assert.ok(typeof parts !== 'string');
  const agent = Buffer.from('é"\n', 'utf8').toString('latin1');
  const headers = new HeaderList();
  headers.set('User-Agent', agent);
  const json = compileJson(parts)(request({ headers }), clockAt());
  const { time, ...members } = JSON.parse(Buffer.from(json, 'latin1').toString('utf8'));
  assert.deepEqual(members, {
    remote_addr: '192.0.2.77',
    request: 'GET /old?x=1 HTTP/1.1',
    status: 200,
    body_bytes: 12,
    user: 'anna',
    request_referer: null,
    request_user_agent: 'é"\n',
    duration_usec: 1250000,
  });
  assert.equal(Date.parse(time), 1_700_000_001_000);
});
