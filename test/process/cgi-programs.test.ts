import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** Programs of this server that run, or that nobody has reaped: its workers' children. */
function programsOf(server: TestServer): string[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const environment = state === 'Z' ? '' : readFileSync(`/proc/${pid}/environ`, 'latin1');
        return [{ pid: Number(pid), parent: Number(parent), state, environment }];
      } catch {
        return [];
      }
    });
  const own = new Set([server.pid]);
  for (const { pid, parent } of processes) if (own.has(parent)) own.add(pid);
  return processes
    .filter(({ parent, state, environment }) =>
      state === 'Z' ? own.has(parent) : environment.includes(`DOCUMENT_ROOT=${join(server.root, 'www')}`),
    )
    .map(({ pid, state }) => `${pid} ${state}`);
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
