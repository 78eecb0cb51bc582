import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../helpers/server.js';

test('a pattern that backtracks without end does not stop a worker', async () => {
  const server = await startServer(
    [
      'server.max-worker = 1',
      'server.max-request-field-size = 16384',
      '$HTTP["url"] =~ "^/(a+)+$" { server.tag = "yes" }',
    ],
    { 'www/a.txt': 'x' },
  );
  try {
    const started = performance.now();
    const response = await server.get(`/${'a'.repeat(8000)}b`);
    const ms = performance.now() - started;
    assert.equal(response.status, 404);
    // 50 ms is what it takes at most on an idle machine; without the linear engine it would not end at all
    assert.ok(ms < 2000, `${ms} ms`);
    assert.equal((await server.get('/a.txt')).status, 200);
  } finally {
    await server.stop();
  }
});
