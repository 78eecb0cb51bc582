import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Compressor, compressingStream } from '../../../src/modules/mod_deflate/compressor.js';
import type { Encoding } from '../../../src/modules/mod_deflate/negotiation.js';
import { startServer, type TestServer } from '../../helpers/server.js';

const undo: Readonly<Record<string, (data: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};
const text = Buffer.from('All work and no play makes Jack a dull boy.\n'.repeat(400));

suite('the compressor', () => {
  const compressor = new Compressor();
  after(() => compressor.stop());
  const plain = { level: -1, params: new Map<string, number>() };

  test('makes what each coding can undo, at every level', async () => {
    for (const encoding of Object.keys(undo) as Encoding[])
      for (const level of [-1, 1, 9]) {
        const result = await compressor.compress(text, encoding, { ...plain, level }, 'text/plain');
        assert.ok(result.length < text.length / 10);
        assert.ok(undo[encoding](result).equals(text), `${encoding} ${level}`);
      }
  });

  test('makes zstd frames, whatever Node has', async () => {
    const result = await compressor.compress(text, 'zstd', plain, 'text/plain');
    assert.equal(result.readUInt32LE(0), 0xfd2fb528);
    assert.ok(result.length < text.length / 10);
  });

  test('takes parameters in place of the level', async () => {
    const small = { level: 1, params: new Map([['brotli_param_lgwin', 10]]) };
    const result = await compressor.compress(text, 'br', small, 'text/plain');
    assert.ok(brotliDecompressSync(result).equals(text));
    const gzip = { level: 1, params: new Map([['gzip.windowbits', 9]]) };
    const chunks: Buffer[] = [];
    const stream = compressingStream('gzip', gzip, 'text/plain', text.length);
    stream.end(text);
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    assert.ok(gunzipSync(Buffer.concat(chunks)).equals(text));
  });
});

suite('a running server', () => {
  let server: TestServer;
  const long = Buffer.from(Array.from({ length: 200_000 }, (_, i) => `line ${i * 7919}\n`).join(''));

  before(async () => {
    server = await startServer(
      [
        'server.modules = ( "mod_deflate" )',
        'mimetype.assign = ( ".txt" => "text/plain" )',
        'deflate.mimetypes = ( "text/" )',
        '$HTTP["host"] == "cache" { deflate.cache-dir = "@ROOT@/cache" }',
      ],
      { 'www/short.txt': text.toString(), 'www/long.txt': long.toString() },
    );
  });
  after(() => server.stop());

  const get = (path: string, encoding: string, host = 'x') =>
    server.get(path, { Host: host, 'Accept-Encoding': encoding });
  const cacheFiles = () =>
    readdirSync(join(server.root, 'cache'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('.txt-'),
    );

  test('compresses short files whole, the second time from memory', async () => {
    const first = await get('/short.txt', 'gzip');
    const second = await get('/short.txt', 'gzip');
    assert.ok(gunzipSync(first.body).equals(text));
    assert.ok(second.body.equals(first.body));
    assert.equal(Number(second.headers['content-length']), first.body.length);
    assert.ok(brotliDecompressSync((await get('/short.txt', 'br')).body).equals(text));
  });

  test('compresses long files while they are sent', async () => {
    for (const encoding of ['gzip', 'br', 'deflate']) {
      const answer = await get('/long.txt', encoding);
      assert.equal(answer.headers['transfer-encoding'], 'chunked');
      assert.ok(undo[encoding](answer.body).equals(long), encoding);
    }
  });

  test('keeps short and long files in the folder, a file for each coding', async () => {
    for (const path of ['/short.txt', '/long.txt', '/long.txt'])
      for (const encoding of ['gzip', 'br']) {
        const answer = await get(path, encoding, 'cache');
        assert.ok(undo[encoding](answer.body).equals(path === '/short.txt' ? text : long));
        assert.equal(Number(answer.headers['content-length']), answer.body.length);
      }
    const kept = cacheFiles();
    assert.equal(kept.length, 4, kept.join());
    const gzipped = kept.find((name) => /long\.txt-\d+-gzip$/.test(name));
    assert.ok(gunzipSync(readFileSync(join(server.root, 'cache', gzipped ?? ''))).equals(long));
  });

  test('a client that leaves takes its compression with it', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () =>
        server.send(['GET /long.txt HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n\r\n', { reset: true }]),
      ),
    );
    assert.ok(gunzipSync((await get('/short.txt', 'gzip')).body).equals(text));
  });
});
