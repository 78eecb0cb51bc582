import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type HeadOutcome, HeadReader } from '../../src/backend/head-reader.js';

const read = (text: string): HeadOutcome => new HeadReader().read(Buffer.from(text, 'latin1'));

function linesOf(outcome: HeadOutcome): string[] {
  assert.equal(outcome.type, 'head');
  return outcome.type === 'head' ? outcome.lines.map(({ text }) => text) : [];
}

describe('the reader of heads', () => {
  it('ends at a blank line, whatever the line ends are', () => {
    for (const end of ['\n\n', '\r\n\r\n', '\r\n\n', '\n\r\n']) {
      const outcome = read(`A: 1\nB: 2${end}body`);
      assert.deepEqual(linesOf(outcome), ['A: 1', 'B: 2']);
      assert.equal(outcome.type === 'head' && outcome.rest.toString(), 'body');
    }
  });

  it('takes a blank first line for a head without fields', () => {
    assert.deepEqual(linesOf(read('\nbody')), []);
    assert.deepEqual(linesOf(read('\r\nbody')), []);
  });

  it('joins lines that start with a blank to the one before', () => {
    assert.deepEqual(linesOf(read('A: one\n  two\n\tthree\n\n')), ['A: one   two \tthree']);
    assert.deepEqual(linesOf(read('A: one\r\n two\r\n\r\n')), ['A: one   two']);
  });

  it('tells which lines end with CR LF', () => {
    const outcome = read('A: 1\r\nB: 2\n\n');
    assert.deepEqual(outcome.type === 'head' && outcome.lines.map(({ crlf }) => crlf), [true, false]);
  });

  it('says as soon as the first line is there that it starts no head', () => {
    assert.equal(read('hello world\n').type, 'noHead');
    assert.equal(read('HTTP/1.1 2\n\n').type, 'noHead');
    assert.equal(read('HTTP/1.1 20\n\n').type, 'head');
    assert.equal(read('hello world').type, 'incomplete');
  });

  it('refuses more than 65535 bytes or 8190 lines', () => {
    const field = (bytes: number): string => `A: ${'x'.repeat(bytes - 4)}\n`;
    assert.equal(read(`${field(65534)}\n`).type, 'head');
    assert.equal(read(`${field(65535)}\n`).type, 'tooLarge');
    assert.equal(read('A'.repeat(65536)).type, 'tooLarge');
    assert.equal(read('A:1\n'.repeat(8191)).type, 'tooLarge');
  });

  it('reads the same however the bytes are cut', () => {
    const text = 'HTTP/1.1 200 OK\r\nA: 1\r\n folded\nB: 2\n\r\nrest';
    const whole = linesOf(read(text));
    for (let cut = 1; cut < text.length - 4; cut++) {
      const reader = new HeadReader();
      assert.equal(reader.read(Buffer.from(text.slice(0, cut))).type, 'incomplete', `cut at ${cut}`);
      const outcome = reader.read(Buffer.from(text.slice(cut)));
      assert.deepEqual(linesOf(outcome), whole);
      assert.equal(outcome.type === 'head' && outcome.rest.toString(), 'rest');
    }
  });

  it('starts anew after each head', () => {
    const reader = new HeadReader();
    const first = reader.read(Buffer.from('A: 1\n\nB: 2\n'));
    assert.deepEqual(linesOf(first), ['A: 1']);
    assert.equal(reader.read(first.type === 'head' ? first.rest : Buffer.alloc(0)).type, 'incomplete');
    assert.deepEqual(linesOf(reader.read(Buffer.from('\n'))), ['B: 2']);
  });
});
