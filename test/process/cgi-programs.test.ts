import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { processTree, readIfThere } from '../helpers/processes.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';
import { reload } from './running-server.js';

const config = [
  'server.modules = ( "mod_cgi" )',
  'server.pid-file = "@ROOT@/pid"',
  'server.max-worker = 2',
  'server.stream-response-body = 1',
  'cgi.assign = ( ".sh" => "/bin/sh" )',
];
const head = "printf 'Content-Type: text/plain\\r\\n\\r\\n'\n";
const files = {
  'www/quick.sh': `${head}echo quick`,
  'www/slow.sh': `${head}echo begins\nsleep 2\necho ends`,
  'www/hang.sh': `${head}echo begins\nexec sleep 600`,
};

/** Programs of this server that run, or that nobody has reaped; orphans too, which only their environment tells. */
function programsOf(server: TestServer): string[] {
  const own = new Set(processTree(server.pid));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), stat: readIfThere(`/proc/${pid}/stat`) }))
    .map(({ pid, stat }) => ({ pid, isZombie: stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z') }))
    .filter(({ pid, isZombie }) =>
      isZombie
        ? own.has(pid)
        : readIfThere(`/proc/${pid}/environ`).includes(`DOCUMENT_ROOT=${join(server.root, 'www')}`),
    )
    .map(({ pid, isZombie }) => `${pid}${isZombie ? ' ended' : ''}`);
}

test('programs under way answer over reloads, once each, and none is left', async () => {
  const server = await startServer(config, files);
  const slow = Array.from({ length: 5 }, () => server.get('/slow.sh'));
  assert.ok(await until(() => programsOf(server).length >= 5));
  for (let i = 0; i < 3; i++) {
    await reload(server);
    assert.equal(String((await server.get('/quick.sh')).body), 'quick\n');
  }
  for (const answer of slow) assert.equal(String((await answer).body), 'begins\nends\n');
  assert.ok(await until(() => programsOf(server).length === 0), programsOf(server).join());
  await server.stop();
});

test('programs end with the clients that leave, and with the server', async () => {
  const server = await startServer(config, files);
  const ask = () =>
    new Promise<() => void>((resolve) => {
      const request = get({ port: server.port, path: '/hang.sh', agent: false }, (answer) => {
        answer.once('data', () => resolve(() => request.socket?.resetAndDestroy()));
        answer.on('error', () => {});
      });
      request.on('error', () => {});
    });
  const leave = await Promise.all(Array.from({ length: 10 }, ask));
  assert.equal(programsOf(server).length, 10);
  for (const client of leave.slice(5)) client();
  assert.ok(await until(() => programsOf(server).length === 5), programsOf(server).join());
  await reload(server);
  await sleep(100);
  assert.equal(programsOf(server).length, 5, 'a reload leaves them alone');
  await server.stop();
  assert.ok(await until(() => programsOf(server).length === 0), programsOf(server).join());
  for (const client of leave) client();
});
