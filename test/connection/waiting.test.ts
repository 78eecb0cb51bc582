import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { startServer } from '../helpers/server.js';

const folder = mkdtempSync(`${tmpdir()}/waiting-`);
after(() => rmSync(folder, { recursive: true }));

/** Each request holds 100 KB until its client has gone, as a program that runs for it would; `/heap` tells what is held. */
writeFileSync(
  `${folder}/mod_holding.mjs`,
  `import v8 from 'node:v8';
import vm from 'node:vm';
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
export default ({ defineModule, HandlerResult }) => defineModule({
  name: 'mod_holding',
  directives: {},
  hooks: {
    uriClean: (request) => {
      const held = Array.from({ length: 12_500 }, () => 0.5);
      request.connection.aborted.then(() => held.length);
      request.connection.halfClosed.then(() => held.length);
      if (request.uri.path === '/heap') collect();
      request.status = 200;
      request.responseBody.append(String(process.memoryUsage().heapUsed));
      request.responseBody.finish();
      return HandlerResult.finished;
    },
  },
});
`,
);

test('a connection that lives on holds nothing of the requests that are over', async () => {
  const server = await startServer(
    ['server.max-worker = 1', 'server.max-keep-alive-requests = 10000', 'server.modules = ( "mod_holding" )'],
    {},
    ['-m', folder],
  );
  const socket = createConnection({ port: server.port, host: '127.0.0.1' });
  let text = '';
  socket.setEncoding('latin1').on('data', (data) => {
    text += data;
  });
  const ask = async (path: string, times: number): Promise<number> => {
    text = '';
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(times));
    while (text.split('HTTP/1.1 200').length <= times || !/\r\n\r\n\d+$/.test(text))
      await once(socket, 'data');
    return Number(/\d+$/.exec(text)![0]);
  };
  const before = await ask('/heap', 1);
  for (let i = 0; i < 20; i++) await ask('/', 50);
  const held = (await ask('/heap', 1)) - before;
  assert.ok(held < 10_000_000, `${held} bytes are held after 1000 requests`);
  socket.destroy();
  await server.stop();
});
