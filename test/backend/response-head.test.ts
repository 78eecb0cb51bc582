import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type BackendKind,
  type HeadOptions,
  type ResponseHead,
  takeResponseHead,
} from '../../src/backend/response-head.js';
import type { RequestState } from '../../src/plugin/request-state.js';
import { bareRequest } from '../helpers/bare-request.js';

interface Taken {
  readonly head: ResponseHead;
  readonly request: RequestState;
  readonly fields: string[];
}

function take(
  lines: string[],
  options: Partial<HeadOptions> = {},
  conf: Partial<RequestState['conf']> = {},
  crlf = true,
): Taken {
  const { request } = bareRequest(conf);
  const head = takeResponseHead(
    request,
    lines.map((text) => ({ text, crlf })),
    { kind: 'cgi', authorizer: false, upgrade: false, ...options },
  );
  const { responseHeaders: list } = request;
  const fields = Array.from({ length: list.size }, (_, i) => `${list.nameAt(i)}: ${list.valueAt(i)}`);
  return { head, request, fields };
}

const statusOf = (lines: string[], kind: BackendKind = 'cgi'): number => {
  const { head, request } = take(lines, { kind });
  return head.refusedWith || request.status;
};

describe('the status of an answer', () => {
  it('comes from a Status field of exactly three digits', () => {
    assert.equal(statusOf(['Status: 404 Gone Fishing']), 404);
    assert.equal(statusOf(['sTATUS:999']), 999);
    for (const wrong of ['abc', '42', '2000', '099', '200OK', '-200'])
      assert.equal(statusOf([`Status: ${wrong}`]), 502, wrong);
  });

  it('comes from a status line, of any HTTP for programs and of HTTP/1 for proxies', () => {
    assert.equal(statusOf(['HTTP/2.0 203 X']), 203);
    assert.equal(statusOf(['HTTP/2.0 203 X'], 'proxy'), 502);
    assert.equal(statusOf(['HTTP/1.0 203'], 'proxy'), 203);
    assert.equal(statusOf(['A: 1'], 'proxy'), 502);
    assert.equal(statusOf(['HTTP/11 200 OK']), 502);
    assert.equal(statusOf(['HTTP/1.1 2x0 OK']), 502);
  });

  it('is the first one that is not 200', () => {
    assert.equal(statusOf(['Status: 200', 'Status: 403', 'Status: 404']), 403);
    assert.equal(statusOf(['HTTP/1.1 403 No', 'Status: 404']), 403);
  });

  it('is 302 with a Location alone', () => {
    assert.equal(statusOf(['Location: /x']), 302);
    assert.equal(statusOf(['Location: /x', 'Status: 201']), 201);
    assert.equal(statusOf(['Content-Type: text/plain']), 0);
  });
});

describe('the fields of an answer', () => {
  it('lose what is malformed, empty or for this hop alone', () => {
    const { fields } = take([
      'X A: 1',
      'X-Ctl: a\u0001b',
      'X-Cr: a\rb',
      'no colon',
      ': none',
      'X-Empty:',
      'HTTP2-Settings: AAA',
      'Upgrade: websocket',
      'X-High: caf\u00e9',
      'X-Rep: 1',
      'X-Rep: 2',
    ]);
    assert.deepEqual(fields, ['X-High: caf\u00e9', 'X-Rep: 1', 'X-Rep: 2']);
  });

  it('may hold control characters where header-strict is off', () => {
    assert.deepEqual(take(['X-Ctl: a\u0001b'], {}, { headerStrict: false }).fields, ['X-Ctl: a\u0001b']);
  });

  it('must end with CR LF from a proxy backend under header-strict', () => {
    const lines = ['HTTP/1.1 200 OK', 'A: 1'];
    assert.equal(take(lines, { kind: 'proxy' }, {}, false).head.refusedWith, 502);
    assert.equal(take(lines, { kind: 'proxy' }, { headerStrict: false }, false).head.refusedWith, 0);
  });

  it('give application/javascript its present name', () => {
    const type = 'application/javascript;charset=utf-8';
    assert.deepEqual(take([`Content-Type: ${type}`]).fields, ['Content-Type: text/javascript;charset=utf-8']);
  });

  it('close the connection if they say so, and from a proxy say nothing of it', () => {
    assert.equal(take(['Connection: x, Close']).request.keepAlive, false);
    const { request, fields } = take(['HTTP/1.1 200 OK', 'Connection: close'], { kind: 'proxy' });
    assert.equal(request.keepAlive, true);
    assert.deepEqual(fields, []);
  });

  it('allow a tunnel with 101, where that is allowed', () => {
    const lines = ['Status: 101', 'Upgrade: echo'];
    assert.equal(take(lines, { upgrade: true }).head.upgraded, true);
    assert.deepEqual(take(lines, { upgrade: true }).fields, ['Upgrade: echo']);
    assert.equal(take(lines).head.upgraded, false);
    assert.equal(take(['Upgrade: echo'], { upgrade: true }).head.upgraded, false);
  });

  it('set variables, where an authorizer says yes', () => {
    const { request, fields } = take(['Status: 200', 'Variable-User: ann', 'X-A: 1'], { authorizer: true });
    assert.equal(request.env.get('User'), 'ann');
    assert.deepEqual(fields, []);
    const denied = take(['Status: 403', 'Variable-User: ann', 'X-A: 1'], { authorizer: true });
    assert.equal(denied.request.env.size, 0);
    assert.deepEqual(denied.fields, ['Variable-User: ann', 'X-A: 1']);
  });
});

describe('the framing of an answer', () => {
  it('is the first Content-Length, with a plus sign or blanks around', () => {
    const { head, fields } = take(['Content-Length: +5 ', 'Content-Length: 3']);
    assert.equal(head.contentLength, 5);
    assert.deepEqual(fields, ['Content-Length: 5']);
    for (const wrong of ['5x', '-5', '0x5', '99999999999999999999'])
      assert.equal(take([`Content-Length: ${wrong}`]).head.refusedWith, 502, wrong);
  });

  it('is chunks before any length, and nothing but chunks', () => {
    const { head, fields } = take(['Content-Length: 3', 'Transfer-Encoding: Chunked', 'Content-Length: 3']);
    assert.equal(head.chunked, true);
    assert.equal(head.contentLength, -1);
    assert.deepEqual(fields, []);
    assert.equal(take(['Transfer-Encoding: gzip, chunked']).head.refusedWith, 502);
  });

  it('streams what is incremental, unless buffering is configured', () => {
    assert.equal(take(['Incremental: ?1']).head.incremental, true);
    assert.equal(take(['Incremental: ?0']).head.incremental, false);
    assert.equal(take(['Incremental: ?1'], {}, { streamResponseBody: 0 }).head.refusedWith, 501);
  });
});
