import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkedDecoder } from '../../src/http/chunked.js';
import { bytes } from './arbitraries.js';

interface Outcome {
  readonly status: number;
  readonly finished: boolean;
  readonly content: string;
  readonly consumed: number;
}

/** Decodes a body that arrives in the given pieces. */
function decode(pieces: readonly string[], contentMax = 0, sizeMax = 8192): Outcome {
  const rules = { strict: true, announced: undefined, sizeMax, whitelist: new Set(['x-sum']) };
  const decoder = new ChunkedDecoder(contentMax, rules);
  const content: Buffer[] = [];
  let consumed = 0;
  for (const piece of pieces) consumed += decoder.decode(Buffer.from(piece, 'latin1'), content);
  const { status, finished } = decoder;
  return { status, finished, content: Buffer.concat(content).toString('latin1'), consumed };
}

const finished = { status: 0, finished: true };
const outcomeOf = ({ status, finished }: Outcome) => ({ status, finished });

test('chunks are joined, and what follows the body is left alone', () => {
  const body = '5\r\nhello\r\n7;a="b c"\r\n, world\r\n0\r\n\r\n';
  assert.deepEqual(decode([`${body}GET /`]), { ...finished, content: 'hello, world', consumed: body.length });
});

test('sizes may have leading zeros, either case, blanks behind them and extensions', () => {
  assert.equal(decode(['000a\r\n0123456789\r\n0\r\n\r\n']).content, '0123456789');
  for (const line of ['A', 'a ', 'a\t', 'a ;x', 'a;', 'a;\xff;;"'])
    assert.deepEqual(outcomeOf(decode([`${line}\r\n0123456789\r\n00;x\r\n\r\n`])), finished, line);
});

test('anything else in a size line is 400, at the first wrong byte', () => {
  const lines = [
    ' 5\r\n',
    '0x5\r\n',
    '5\n',
    '5\rx',
    '\r\n',
    ';x\r\n',
    '-5\r\n',
    '+5\r\n',
    '5x',
    '5 5',
    '5\0',
    '5;\n',
    '5;\0',
  ];
  for (const line of lines) {
    assert.equal(decode([line]).status, 400, line);
    assert.equal(decode(['1\r\nx\r\n', ...line]).status, 400, line);
  }
});

test('a size line of 1023 bytes passes, 1024 do not', () => {
  assert.deepEqual(outcomeOf(decode([`1;${'x'.repeat(1019)}\r\na\r\n0\r\n\r\n`])), finished);
  assert.equal(decode([`1;${'x'.repeat(1020)}\r\n`]).status, 400);
  assert.equal(decode(['0'.repeat(1024)]).status, 400);
});

test('sizes of 60 bits and more are 400', () => {
  assert.equal(decode(['7ffffffffffff000\r\n']).status, 0);
  assert.equal(decode(['80000000000000000\r\n']).status, 400);
  assert.equal(decode(['fffffffffffffffff']).status, 400);
});

test('the content of a chunk must end with CRLF', () => {
  for (const end of ['\n', 'x\r\n', '\rx', '\r\r', '0\r\n\r\n'])
    assert.equal(decode([`1\r\na${end}`]).status, 400, end);
});

test('413 as soon as a size goes over the limit, before its content', () => {
  const { status, content } = decode(['5\r\nhello\r\n6\r\nworld!'], 10);
  assert.deepEqual({ status, content }, { status: 413, content: 'hello' });
  assert.deepEqual(outcomeOf(decode(['5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n'], 10)), finished);
});

test('trailers are read up to the blank line', () => {
  const decoder = new ChunkedDecoder(0, {
    strict: true,
    announced: undefined,
    sizeMax: 99,
    whitelist: new Set(['x-sum']),
  });
  const body = '0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n';
  assert.equal(decoder.decode(Buffer.from(`${body}rest`), []), body.length);
  assert.deepEqual(decoder.trailers, [['X-Sum', '1']]);
});

test('where asked to, bad trailers are dropped and the body stands', () => {
  const decoder = new ChunkedDecoder(0, {
    strict: true,
    announced: undefined,
    sizeMax: 99,
    whitelist: null,
    dropInvalid: true,
  });
  decoder.decode(Buffer.from('0\r\nX-Sum: 1\r\nbad\r\n\r\n'), []);
  assert.deepEqual([decoder.status, decoder.finished, decoder.trailers], [0, true, []]);
});

test('bad trailers, bare line feeds and too many bytes are 400', () => {
  for (const trailers of ['X-A\r\n\r\n', 'X-A: 1\n', '\n', 'Host: a\r\n\r\n', '\r\r\n\r\n'])
    assert.deepEqual(outcomeOf(decode([`0\r\n${trailers}`])), { status: 400, finished: false }, trailers);
  assert.equal(decode([`0\r\nX-A: ${'x'.repeat(100)}`], 0, 50).status, 400);
  assert.equal(decode(['0\r\n', ...Array(100).fill('A: b\r\n')], 0, 50).status, 400);
});

test('property: the outcome does not depend on how the bytes arrive', () => {
  const piece = fc.constantFrom(
    '0',
    '1',
    '3',
    'a',
    '\r\n',
    '\r',
    '\n',
    ';x',
    ' ',
    'abc',
    'X-Sum: 1\r\n',
    'Host: x\r\n',
    '\r\n\r\n',
  );
  const chunk = bytes
    .filter((text) => text !== '')
    .map((text) => `${text.length.toString(16)}\r\n${text}\r\n`);
  const body = fc
    .array(fc.oneof({ weight: 3, arbitrary: chunk }, piece), { maxLength: 8 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(body, (text) => {
      const whole = `${text}0\r\n\r\n`;
      assert.deepEqual(decode([...whole]), decode([whole]));
    }),
    { numRuns: 1000 },
  );
});

test('property: what a client encodes comes out again', () => {
  fc.assert(
    fc.property(fc.array(bytes.filter((text) => text !== '')), (chunks) => {
      const body = chunks.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join('');
      const { content, ...rest } = decode([`${body}0\r\n\r\n`]);
      assert.equal(content, chunks.join(''));
      assert.deepEqual(rest, { ...finished, consumed: body.length + 5 });
    }),
  );
});
