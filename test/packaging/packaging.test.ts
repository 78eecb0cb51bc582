import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { freePort } from '../helpers/ports.js';
import { runProgram } from '../helpers/programs.js';
import { projectRoot } from '../helpers/project-root.js';

const packaging = join(projectRoot, 'packaging');
const root = mkdtempSync(join(tmpdir(), 'lighttpd-ts-'));
after(() => rmSync(root, { recursive: true, force: true }));

const text = (name: string) => readFileSync(join(packaging, name), 'utf8');
const hasProgram = async (name: string) =>
  (await runProgram(['sh', '-c', `command -v ${name}`])).status === 0;
const skipWithout = async (name: string) => ((await hasProgram(name)) ? false : `${name} is not installed`);

test('systemd finds nothing wrong with the unit', {
  skip: await skipWithout('systemd-analyze'),
}, async () => {
  const unit = join(root, 'lighttpd-ts.service');
  // where the program lies is for whoever installs it
  writeFileSync(unit, text('systemd/lighttpd-ts.service').replaceAll('/opt/lighttpd-ts/', projectRoot));
  const { status, stdout, stderr } = await runProgram(['systemd-analyze', 'verify', '--man=no', unit]);
  assert.equal(stdout + stderr, '');
  assert.equal(status, 0);
});

test('the init script starts, tells, reloads and stops the server', async () => {
  const script = join(packaging, 'init/lighttpd-ts');
  const pidFile = join(root, 'pid');
  const config = join(root, 'lighttpd.conf');
  const lines = [
    `server.document-root = "${root}"`,
    `server.port = ${await freePort()}`,
    `server.pid-file = "${pidFile}"`,
    `server.errorlog = "${root}/error.log"`,
    // the script reloads, and nobody before it
    'server.feature-flags = ( "config.watch" => "disable" )',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const defaults = join(root, 'defaults');
  writeFileSync(defaults, `DAEMON=${projectRoot}bin/lighttpd-ts\nCONFIG=${config}\nPIDFILE=${pidFile}\n`);
  const call = (word: string) => runProgram([script, word], { env: { ...process.env, DEFAULTS: defaults } });
  assert.deepEqual(await call('status'), { status: 3, stdout: 'lighttpd-ts does not run\n', stderr: '' });
  try {
    assert.deepEqual(await call('start'), { status: 0, stdout: '', stderr: '' });
    assert.equal((await call('status')).status, 0);
    writeFileSync(config, `${[...lines, 'server.tag = "new"'].join('\n')}\n`);
    assert.match((await call('reload')).stdout, /server\.tag/);
    writeFileSync(config, 'server.tag = =\n');
    assert.equal((await call('reload')).status, 1);
    assert.equal((await call('restart')).status, 255, 'a wrong configuration does not stop the server');
    assert.equal((await call('status')).status, 0);
  } finally {
    assert.deepEqual(await call('stop'), { status: 0, stdout: '', stderr: '' });
  }
  assert.equal((await call('status')).status, 3);
});

test('logrotate takes its file', { skip: await skipWithout('logrotate') }, async () => {
  const { status, stderr } = await runProgram(['logrotate', '-d', join(packaging, 'logrotate/lighttpd-ts')]);
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /^error/m);
});

test('what the container file copies is there, and is all that the program needs', async () => {
  const copied = [...text('container/Containerfile').matchAll(/^COPY (?:--from=build )?(.+) \S+$/gm)].flatMap(
    ([, names = '']) => names.split(' '),
  );
  const names = copied.map((name) => name.replace('/opt/lighttpd-ts/', ''));
  for (const name of names) assert.ok(existsSync(join(projectRoot, name)), name);
  const folder = join(root, 'container');
  mkdirSync(join(folder, 'dist'), { recursive: true });
  for (const name of ['package.json', 'bin', 'dist/src', 'dist/grammar'])
    cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const command = [process.execPath, join(folder, 'bin/lighttpd-ts'), '-tt'];
  const { status, stderr } = await runProgram([...command, '-f', join(packaging, 'container/lighttpd.conf')]);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('the configuration in the Kubernetes manifest can be used', async () => {
  const manifest = text('kubernetes/lighttpd-ts.yaml');
  const [, indented = ''] = /lighttpd\.conf: \|\n((?: {4}.*\n)+)/.exec(manifest) ?? [];
  const file = join(root, 'kubernetes.conf');
  writeFileSync(file, indented.replace(/^ {4}/gm, ''));
  assert.match(indented, /server\.document-root/);
  const command = [process.execPath, join(projectRoot, 'bin/lighttpd-ts'), '-tt', '-f', file];
  assert.deepEqual(await runProgram(command), { status: 0, stdout: '', stderr: '' });
});
