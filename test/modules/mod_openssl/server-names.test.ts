import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CertificateMaker } from '../../helpers/certificates.js';
import { runProgram } from '../../helpers/programs.js';
import { startServer } from '../../helpers/server.js';
import { askOverTls } from '../../helpers/tls-client.js';

const maker = new CertificateMaker();
const fallback = maker.make('fallback.test');
const exact = maker.make('exact.test');
const wild = maker.make('wild.test', { kind: 'rsa', names: ['*.wild.test'] });
const other = maker.make('other.test');

test('the host that a client names chooses certificate and settings', async () => {
  const server = await startServer([
    'ssl.engine = "enable"',
    `ssl.pemfile = "${fallback.pemFile}"`,
    `$HTTP["host"] == "exact.test" { ssl.pemfile = "${exact.pemFile}" }`,
    `$HTTP["host"] =~ "(^|\\.)wild\\.test$" { ssl.pemfile = "${wild.pemFile}" }`,
    `else $HTTP["host"] =$ ".other.test" { ssl.pemfile = "${other.pemFile}" }`,
  ]);
  const named = async (servername?: string) =>
    (await askOverTls({ port: server.port, servername })).commonName;
  assert.equal(await named(), 'fallback.test');
  assert.equal(await named('unknown.test'), 'fallback.test');
  assert.equal(await named('exact.test'), 'exact.test');
  assert.equal(await named('EXACT.test'), 'exact.test');
  assert.equal(await named('a.wild.test'), 'wild.test');
  assert.equal(await named('b.c.wild.test'), 'wild.test');
  assert.equal(await named('x.other.test'), 'other.test');
  await assert.rejects(askOverTls({ port: server.port, servername: 'not_a/host' }));
  await server.stop();
});

test('a chain is sent as it stands in the file, and is completed from ssl.ca-file without its root', async () => {
  const root = maker.make('root', { isAuthority: true });
  const middle = maker.make('middle', { isAuthority: true }, root);
  const leaf = maker.make('leaf.test', {}, middle);
  const whole = maker.write('whole.pem', Buffer.concat([leaf.key, leaf.certificate, middle.certificate]));
  const known = maker.write('known.pem', Buffer.concat([root.certificate, middle.certificate]));
  const server = await startServer([
    'ssl.engine = "enable"',
    `ssl.pemfile = "${whole}"`,
    `$HTTP["host"] == "leaf.test" {\n ssl.pemfile = "${leaf.pemFile}"\n ssl.ca-file = "${known}" }`,
  ]);
  for (const servername of ['other.test', 'leaf.test'])
    assert.equal((await askOverTls({ port: server.port, servername })).chainLength, 2, servername);
  const ca = root.certificate;
  await askOverTls({ port: server.port, servername: 'leaf.test', ca, rejectUnauthorized: true });
  await server.stop();
});

test('an authority that asks for the proof of a name gets its certificate, and nothing else', async () => {
  const proof = maker.make('site.test');
  copyFileSync(proof.certificateFile, join(maker.folder, 'site.test.crt.pem'));
  copyFileSync(proof.keyFile, join(maker.folder, 'site.test.key.pem'));
  const server = await startServer([
    'ssl.engine = "enable"',
    `ssl.pemfile = "${fallback.pemFile}"`,
    `ssl.acme-tls-1 = "${maker.folder}"`,
  ]);
  const shown = await runProgram([
    'sh',
    '-c',
    `echo | openssl s_client -alpn acme-tls/1 -servername site.test -connect 127.0.0.1:${server.port} 2>&1`,
  ]);
  assert.match(shown.stdout, /subject=CN = site\.test/);
  assert.match(shown.stdout, /ALPN protocol: acme-tls\/1/);
  const asked = { port: server.port, servername: 'site.test' };
  assert.equal((await askOverTls(asked)).commonName, 'fallback.test');
  await assert.rejects(askOverTls({ ...asked, servername: 'other.test', ALPNProtocols: ['acme-tls/1'] }));
  await assert.rejects(
    askOverTls({ ...asked, ALPNProtocols: ['acme-tls/1'] }),
    /no response|ECONNRESET|hang up/,
  );
  await server.stop();
});
