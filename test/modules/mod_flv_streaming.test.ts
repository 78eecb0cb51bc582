import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { startServer, type TestServer } from '../helpers/server.js';

const head = 'FLV\x01\x01\0\0\0\x09\0\0\0\x09';

suite('mod_flv_streaming', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer(
      [
        'server.modules = ( "mod_flv_streaming" )',
        'flv-streaming.extensions = ( ".flv", ".f4v" )',
        'server.follow-symlink = "disable"',
      ],
      { 'www/a.flv': '0123456789', 'www/a.txt': '0123456789' },
    );
    symlinkSync('a.flv', join(server.root, 'www/link.flv'));
    mkdirSync(join(server.root, 'www/folder.flv'));
  });
  after(() => server.stop());

  const parts: readonly (readonly [query: string, body: string])[] = [
    ['start=4', `${head}456789`],
    ['x=1&start=9&y', `${head}9`],
    ['start=2&end=4', `${head}234`],
    ['end=4', `${head}01234`],
    ['start=8&end=99', `${head}89`],
    ['start=5&end=2', `${head}56789`],
    ['start=10', ''],
    ['start=99', ''],
    // no position: the whole file
    ['', '0123456789'],
    ['start=0', '0123456789'],
    ['start=4x', '0123456789'],
    ['start=-4', '0123456789'],
    ['restart=4', '0123456789'],
  ];
  for (const [query, body] of parts) {
    test(`?${query}`, async () => {
      const response = await server.get(`/a.flv?${query}`);
      assert.equal(response.status, 200);
      assert.equal(response.body.toString('latin1'), body);
      const isPart = body.startsWith('FLV');
      assert.equal(response.headers['content-type'] === 'video/x-flv', isPart);
      assert.equal(response.headers['content-length'], String(body.length));
    });
  }

  test('other files, and what is no file', async () => {
    assert.equal((await server.get('/a.txt?start=4')).body.toString(), '0123456789');
    assert.equal((await server.get('/missing.flv?start=4')).status, 404);
    assert.equal((await server.get('/folder.flv?start=4')).status, 403);
    assert.equal((await server.get('/link.flv?start=4')).status, 403);
  });
});
