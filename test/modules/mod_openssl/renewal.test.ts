import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CertificateMaker } from '../../helpers/certificates.js';
import { startServer, type TestServer } from '../../helpers/server.js';
import { askOverTls } from '../../helpers/tls-client.js';
import { until } from '../../helpers/until.js';
import { reload, workersOf } from '../../process/running-server.js';

const maker = new CertificateMaker();
const root = maker.make('root', { isAuthority: true });
const first = maker.make('first.test', {}, root);
const second = maker.make('second.test', {}, root);
const tls = ['ssl.engine = "enable"', 'server.pid-file = "@ROOT@/pid"'];
const named = async ({ port }: TestServer) => (await askOverTls({ port })).commonName;

/** A file of `ssl.stek-file`, good from `from` seconds from now on. */
function stek(from = -10): Buffer {
  const head = Buffer.alloc(12);
  const now = Math.floor(Date.now() / 1000);
  head.writeInt32LE(now + from, 4);
  head.writeInt32LE(now + 3600, 8);
  return Buffer.concat([head, randomBytes(80)]);
}

test('a new certificate is taken without a reload; one that does not fit leaves the old one', async () => {
  const server = await startServer(
    [...tls, 'ssl.pemfile = "@ROOT@/site.crt"', 'ssl.privkey = "@ROOT@/site.key"'],
    { 'site.crt': first.certificate.toString(), 'site.key': first.key.toString() },
  );
  assert.equal(await named(server), 'first.test');
  copyFileSync(second.keyFile, join(server.root, 'site.key'));
  const isSaid = () => server.output().includes('continuing to use already-loaded');
  assert.ok(await until(async () => (await named(server)) === 'first.test' && isSaid()));
  copyFileSync(second.certificateFile, join(server.root, 'site.crt'));
  assert.ok(await until(async () => (await named(server)) === 'second.test'));
  await server.stop();
});

test('an answer of OCSP comes with the certificate for those who ask, until it is outdated', async () => {
  const serial = maker
    .openssl('x509', '-in', first.certificateFile, '-noout', '-serial')
    .toString()
    .trim()
    .slice(7);
  maker.write('index.txt', `V\t991231235959Z\t\t${serial}\tunknown\t/CN=first.test\n`);
  const request = ['-issuer', root.certificateFile, '-cert', first.certificateFile, '-no_nonce'];
  maker.openssl('ocsp', ...request, '-reqout', 'request.der');
  const signer = ['-CA', root.certificateFile, '-rsigner', root.certificateFile, '-rkey', root.keyFile];
  const answerFor = (...validity: string[]): Buffer => {
    maker.openssl(
      'ocsp',
      '-index',
      'index.txt',
      ...signer,
      '-reqin',
      'request.der',
      '-respout',
      'answer.der',
      ...validity,
    );
    return readFileSync(join(maker.folder, 'answer.der'));
  };
  const good = answerFor('-ndays', '2');
  const file = maker.write('stapled.der', good);
  const server = await startServer([
    ...tls,
    `ssl.pemfile = "${first.pemFile}"`,
    `ssl.stapling-file = "${file}"`,
  ]);
  const stapled = async () => (await askOverTls({ port: server.port, wantsStapling: true })).stapled;
  assert.deepEqual(await stapled(), good);
  assert.equal((await askOverTls({ port: server.port })).stapled, null);
  const newer = answerFor('-ndays', '3');
  writeFileSync(file, newer);
  assert.ok(await until(async () => (await stapled())?.equals(newer) ?? false));
  // the last of its times says until when it holds
  const [until2020] = newer.toString('latin1').match(/\d{14}Z(?!.*\d{14}Z)/s) ?? [''];
  const outdated = newer.toString('latin1').replace(until2020, `2020${until2020.slice(4)}`);
  writeFileSync(file, outdated, 'latin1');
  assert.ok(await until(async () => (await stapled()) === null));
  await server.stop();
});

test('a ticket of one worker is good at all of them, and after a reload', async () => {
  const server = await startServer([...tls, `ssl.pemfile = "${first.pemFile}"`, 'server.max-worker = 2']);
  const { session, isResumed } = await askOverTls({ port: server.port });
  assert.ok(session !== null && !isResumed);
  const again = async () => (await askOverTls({ port: server.port, session })).isResumed;
  for (let i = 0; i < 6; i++) assert.equal(await again(), true);
  writeFileSync(join(server.root, 'lighttpd.conf'), '\nserver.tag = "after"\n', { flag: 'a' });
  assert.equal((await reload(server)).status, 0);
  assert.equal((await askOverTls({ port: server.port })).response.headers['server'], 'after');
  assert.equal(await again(), true);
  await server.stop();
});

test('servers that share a file of keys share tickets; a new key is taken, once it is active', async () => {
  const file = maker.write('stek', stek());
  const config = [...tls, `ssl.pemfile = "${first.pemFile}"`, `ssl.stek-file = "${file}"`];
  const [one, other] = [await startServer(config), await startServer(config)];
  const { session } = await askOverTls({ port: one.port });
  assert.ok(session !== null);
  const isGoodAt = async ({ port }: TestServer) => (await askOverTls({ port, session })).isResumed;
  assert.equal(await isGoodAt(other), true);
  writeFileSync(file, stek(3600));
  await new Promise((resolve) => setTimeout(resolve, 4000));
  assert.equal(await isGoodAt(other), true);
  writeFileSync(file, stek());
  assert.ok(await until(async () => !(await isGoodAt(other))));
  await one.stop();
  await other.stop();
});

test('a reload under load: no request is lost', async () => {
  const server = await startServer([...tls, `ssl.pemfile = "${first.pemFile}"`], { 'www/a.txt': 'hello' });
  const statuses = new Map<number | string, number>();
  const count = (what: number | string) => statuses.set(what, (statuses.get(what) ?? 0) + 1);
  let isOver = false;
  const clients = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { response } = await askOverTls({ port: server.port, path: '/a.txt' });
      count(response.status);
    }
  });
  for (let i = 0; i < 3; i++) {
    writeFileSync(join(server.root, 'lighttpd.conf'), `\nserver.tag := "n${i}"\n`, { flag: 'a' });
    assert.equal((await reload(server)).status, 0);
  }
  isOver = true;
  await Promise.all(clients);
  assert.deepEqual([...statuses.keys()], [200]);
  await server.stop();
});

const isRoot = process.getuid?.() === 0;
test('a key that only root may read, renewed after workers have become another user', {
  skip: !isRoot,
}, async () => {
  const server = await startServer(
    [...tls, 'server.username = "nobody"', 'ssl.pemfile = "@ROOT@/site.pem"', 'server.max-worker = 2'],
    { 'site.pem': { text: `${first.key}${first.certificate}`, mode: '600' } },
  );
  assert.equal(await named(server), 'first.test');
  copyFileSync(second.pemFile, join(server.root, 'site.pem'));
  assert.ok(await until(async () => (await named(server)) === 'second.test'));
  for (const worker of workersOf(server.pid)) process.kill(worker, 'SIGKILL');
  assert.ok(await until(async () => (await named(server).catch(() => '')) === 'second.test'));
  await server.stop();
});

test('a ticket does not pass by a certificate that has become necessary', async () => {
  const server = await startServer([...tls, `ssl.pemfile = "${first.pemFile}"`]);
  const { session } = await askOverTls({ port: server.port });
  assert.ok(session !== null);
  const more = `\nssl.verifyclient.activate = "enable"\nssl.verifyclient.ca-file = "${root.certificateFile}"\n`;
  writeFileSync(join(server.root, 'lighttpd.conf'), more, { flag: 'a' });
  assert.equal((await reload(server)).status, 0);
  await assert.rejects(askOverTls({ port: server.port, session }));
  const client = { key: second.key, cert: second.certificate };
  const { session: own, response } = await askOverTls({ port: server.port, ...client });
  assert.equal(response.status, 403);
  assert.ok(own !== null);
  assert.equal((await askOverTls({ port: server.port, session: own })).isResumed, true);
  await server.stop();
});
