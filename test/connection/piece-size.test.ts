import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PieceSize } from '../../src/connection/piece-size.js';

function write(piece: PieceSize, count: number, lastsMs: number): void {
  piece.start();
  const end = performance.now() + lastsMs;
  while (performance.now() < end);
  piece.finish(count);
}

test('pieces grow to 256 KiB while the kernel takes them quickly, and only where they were full', () => {
  const piece = new PieceSize();
  assert.equal(piece.bytes, 16_384);
  write(piece, 1000, 0);
  assert.equal(piece.bytes, 16_384);
  // a machine that is busy elsewhere makes a write slow now and then
  for (let i = 0; i < 20; i++) write(piece, piece.bytes, 0);
  assert.ok(piece.bytes >= 65_536, String(piece.bytes));
  for (let i = 0; i < 20; i++) write(piece, piece.bytes, 0);
  assert.ok(piece.bytes <= 262_144, String(piece.bytes));
});

test('pieces shrink to 8 KiB where each takes long', () => {
  const piece = new PieceSize();
  for (let i = 0; i < 4; i++) write(piece, piece.bytes, 0.6);
  assert.equal(piece.bytes, 8192);
});
