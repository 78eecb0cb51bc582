import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajp13Wire } from '../../src/backend/ajp13.js';
import type { BackendMode } from '../../src/backend/backend-options.js';
import type { WireTarget } from '../../src/backend/wire.js';
import type { RequestState } from '../../src/plugin/request-state.js';
import { cuts, fedAnswer } from '../helpers/backend-pipe.js';
import { bareRequest } from '../helpers/bare-request.js';

function wireFor(request: RequestState, mode: BackendMode = 'responder'): Ajp13Wire {
  return new Ajp13Wire({ request, mode, upgrade: false } as WireTarget);
}

function opening(change: (request: RequestState) => void): string | number {
  const { request } = bareRequest();
  change(request);
  const bytes = wireFor(request).open();
  return typeof bytes === 'number' ? bytes : bytes.toString('latin1');
}

const packet = (content: string): string => `AB\0${String.fromCharCode(content.length)}${content}`;
const text = (value: string): string => `\0${String.fromCharCode(value.length)}${value}\0`;
const head = packet(`\x04\x00\xc8${text('OK')}\0\x02\xa0\x01${text('text/plain')}${text('X-A')}${text('1')}`);
const end = packet('\x05\x01');
const complete = Buffer.from(
  `${head}${packet(`\x03${text('one ')}`)}${packet('\x03\0\0')}${packet(`\x03${text('two')}`)}${end}`,
  'latin1',
);

describe('a request to an AJP container', () => {
  it('names the whole path, escaped so that it cannot be decoded into another one', () => {
    const bytes = opening((request) => {
      request.uri.path = '/a b%2e;x?';
      request.pathInfo = '/é'.replace('é', '\xc3\xa9');
    });
    assert.ok(String(bytes).includes(text('/a%20b%252e%3Bx%3F/%C3%A9')));
  });

  it('begins with its length', () => {
    const bytes = String(opening(() => {}));
    assert.equal(bytes.slice(0, 2), '\x12\x34');
    assert.equal(bytes.charCodeAt(2) * 256 + bytes.charCodeAt(3), bytes.length - 4);
    assert.equal(bytes.at(-1), '\xff');
  });

  it('carries the secret, over plain connections too', () => {
    const bytes = opening((request) => request.env.set('AJP13_SECRET', 'opensesame'));
    assert.ok(String(bytes).includes(`\x0c${text('opensesame')}`));
  });

  it('is refused where the protocol cannot say it', () => {
    assert.equal(
      opening((request) => {
        request.method = 'PATCH';
      }),
      400,
    );
    assert.equal(
      opening((request) => {
        request.headers.insert('X-Long', 'x'.repeat(8100));
      }),
      400,
    );
  });

  it('announces a body only to those that get it', () => {
    const { request } = bareRequest();
    request.body = { length: 5 } as RequestState['body'];
    request.headers.insert('Content-Length', '5');
    const asked = wireFor(request);
    asked.open();
    assert.equal(asked.bodyDemand.next(), 8186);
    const authorizer = wireFor(request, 'authorizer');
    assert.ok((authorizer.open() as Buffer).toString('latin1').includes(`\xa0\x08${text('0')}`));
    assert.ok(authorizer.bodyDemand.next() instanceof Promise);
  });
});

describe('an answer of an AJP container', () => {
  it('is the same wherever its bytes are cut', () => {
    for (const [first, second] of cuts(complete)) {
      const { answer, request, seen } = fedAnswer('ajp13');
      const wire = wireFor(request);
      wire.receive(first, answer);
      wire.receive(second, answer);
      const fields = ['Content-Type: text/plain', 'X-A: 1'];
      assert.deepEqual(seen(), { status: 200, fields, body: 'one two', cut: false, isOwn: false });
      assert.ok(answer.hasEnded);
    }
  });

  it('is never taken for whole where the container stops early', () => {
    for (const [first] of cuts(complete.subarray(0, -1))) {
      const { answer, request, seen } = fedAnswer('ajp13');
      const wire = wireFor(request);
      wire.receive(first, answer);
      wire.ended(answer);
      const { status, cut, isOwn } = seen();
      assert.ok((isOwn && status === 500) || cut, `after ${first.length} bytes`);
    }
  });

  it('fails on packets that are not what they say', () => {
    const wrong = {
      'no packet': 'HTTP/1.1 200 OK\r\n',
      'an empty packet': 'AB\0\0',
      'a line break in a value': packet(`\x04\0\xc8${text('OK')}\0\x01${text('X')}${text('a\nB: c')}`),
      'a head cut short': packet(`\x04\0\xc8${text('OK')}\0\x02${text('X')}${text('a')}`),
      'a header without a name': packet(`\x04\0\xc8${text('OK')}\0\x01\xa0\x0c${text('a')}`),
      'a body first': packet(`\x03${text('x')}`),
      'an end first': end,
    };
    for (const [what, bytes] of Object.entries(wrong)) {
      const { answer, request, seen } = fedAnswer('ajp13');
      wireFor(request).receive(Buffer.from(bytes, 'latin1'), answer);
      assert.ok(answer.hasEnded && seen().isOwn && seen().status >= 500, what);
    }
  });

  it('is cut where a body packet holds less than it says', () => {
    const { answer, request, seen } = fedAnswer('ajp13');
    wireFor(request).receive(Buffer.from(`${head}${packet('\x03\0\x09abc\0')}`, 'latin1'), answer);
    assert.ok(seen().cut);
  });
});
