import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer } from '../../helpers/server.js';

const files = 10_000;
const millisecondsMax = 100;

/** What the file system alone takes: on a slow or busy machine that is most of it. */
function askAboutAll(folder: string): number {
  const start = performance.now();
  for (const name of readdirSync(folder)) statSync(join(folder, name));
  return performance.now() - start;
}

test('a folder of 10,000 files is listed in a moment', async () => {
  const server = await startServer('dir-listing.activate = "enable"', { 'www/many/file-0.txt': '' });
  try {
    const folder = join(server.root, 'www/many');
    for (let i = 1; i < files; i++) writeFileSync(join(folder, `file-${i}.txt`), '');
    const asked: number[] = [];
    const listed: number[] = [];
    for (let round = 0; round < 6; round++) {
      asked.push(askAboutAll(folder));
      const start = performance.now();
      const { status, body } = await server.get('/many/');
      listed.push(performance.now() - start);
      assert.equal(status, 200);
      assert.equal(body.toString('latin1').split('<a href="file-').length - 1, files);
    }
    const most = Math.max(millisecondsMax, 3 * Math.min(...asked));
    assert.ok(
      Math.min(...listed) < most,
      `${listed.map(Math.round)} ms; the files alone: ${asked.map(Math.round)} ms`,
    );
  } finally {
    await server.stop();
  }
});
