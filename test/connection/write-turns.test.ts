import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextRound } from 'node:timers/promises';
import { WriteTurns } from '../../src/connection/write-turns.js';

const piece = 16_384;

/** Sends `left` pieces as the turns allow, and notes each. */
class Sender {
  private readonly turns: WriteTurns;
  private readonly name: string;
  private readonly sent: string[];
  private left: number;

  constructor(turns: WriteTurns, name: string, left: number, sent: string[]) {
    this.turns = turns;
    this.name = name;
    this.left = left;
    this.sent = sent;
  }

  takeTurn(): void {
    while (this.left-- > 0) {
      this.sent.push(this.name);
      if (!this.turns.spend(piece)) {
        this.turns.wait(this);
        return;
      }
    }
  }
}

test('what all send in one round is bounded', async () => {
  const sent: string[] = [];
  new Sender(new WriteTurns(), 'a', 10, sent).takeTurn();
  assert.equal(sent.length, 4);
  await nextRound();
  assert.equal(sent.length, 8);
  await nextRound();
  assert.equal(sent.length, 10);
});

test('who waits gets a turn in the order of waiting', async () => {
  const turns = new WriteTurns();
  const sent: string[] = [];
  for (const name of ['a', 'b']) new Sender(turns, name, 7, sent).takeTurn();
  assert.equal(sent.join(''), 'aaaab', 'the first piece of each goes out at once');
  for (let round = 0; round < 6; round++) await nextRound();
  assert.equal(sent.join(''), 'aaaab' + 'aaa' + 'b' + 'bbbb' + 'b');
});
