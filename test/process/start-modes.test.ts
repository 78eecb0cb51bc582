import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { accepts, freePort } from '../helpers/ports.js';
import { runProgram, serverCommand } from '../helpers/programs.js';
import { until } from '../helpers/until.js';
import { isRunning, read } from './running-server.js';

const root = mkdtempSync(join(tmpdir(), 'lighttpd-ts-'));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'www'));
writeFileSync(join(root, 'www/a.txt'), 'hello');
const request = 'GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n';

function configure(port: number, ...lines: string[]): string {
  const file = join(root, `${port}.conf`);
  const basics = [
    `server.document-root = "${root}/www"`,
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    'mimetype.assign = ( ".txt" => "text/plain" )',
  ];
  writeFileSync(file, `${[...basics, ...lines].join('\n')}\n`);
  return file;
}

test('without -D the program ends with status 0 once the server serves, in a process without a terminal', async () => {
  const port = await freePort();
  const pidFile = join(root, 'daemon.pid');
  const log = join(root, 'daemon.log');
  const file = configure(port, `server.pid-file = "${pidFile}"`, `server.errorlog = "${log}"`);
  const started = await runProgram([...serverCommand, '-f', file]);
  assert.deepEqual(started, { status: 0, stdout: '', stderr: '' });
  const pid = Number(read(pidFile));
  assert.ok(isRunning(pid));
  assert.match(read(log), /server started/);
  const [, session] = /\) \S+ \S+ \S+ (\d+) (\d+)/.exec(read(`/proc/${pid}/stat`)) ?? [];
  assert.equal(Number(session), pid, 'it leads a session of its own');
  assert.ok(await accepts(port, '127.0.0.1', () => false, 1000));
  process.kill(pid, 'SIGTERM');
  assert.ok(await until(() => !isRunning(pid)));
  assert.match(read(log), /server stopped by UID = 0 PID = 0\n$/);
});

test('without -D a server that cannot start says why, and the status is 255', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { status, stderr } = await runProgram([...serverCommand, '-f', configure(port)]);
  taken.close();
  assert.equal(status, 255);
  assert.match(stderr, /already in use[\s\S]*failed to start/);
});

test('-1 answers one request from a pipe, and ends', async () => {
  // (the shell's pipes are pipes; Node's are sockets)
  const line = 'printf "GET /a.txt HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n" | "$0" "$@"';
  const args = [...serverCommand, '-1', '-f', configure(await freePort())];
  const { status, stdout } = await runProgram(['sh', '-c', line, ...args]);
  assert.match(stdout, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nhello$/);
  assert.equal(status, 0);
});

test('-1 serves the connection that is its standard input, and closes it behind the answer', async () => {
  const listener = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect((listener.address() as { port: number }).port, '127.0.0.1');
  const [accepted] = (await once(listener, 'connection')) as [Socket];
  const args = [...serverCommand.slice(1), '-1', '-f', configure(await freePort())];
  const child = spawn(serverCommand[0], args, { stdio: [accepted, 'ignore', 'inherit'] });
  accepted.destroy();
  listener.close();
  client.write(request);
  const answer = await collect(client);
  client.destroy();
  const status = await ended(child);
  assert.match(answer, /\r\nConnection: close\r\n[\s\S]*\r\n\r\nhello$/);
  assert.equal(status, 0);
});

test('-1 refuses a file as standard input', async () => {
  const args = [...serverCommand, '-1', '-f', configure(await freePort())];
  const { status, stderr } = await runProgram(args);
  assert.equal(status, 255);
  assert.equal(stderr, 'lighttpd -1 stdin is not a socket\n');
});

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

async function ended(child: ChildProcess): Promise<number | null> {
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const [status] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  clearTimeout(late);
  return status;
}
