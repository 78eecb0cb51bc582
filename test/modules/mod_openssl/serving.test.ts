import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { CertificateMaker } from '../../helpers/certificates.js';
import { freePort } from '../../helpers/ports.js';
import { runProgram } from '../../helpers/programs.js';
import { startServer } from '../../helpers/server.js';
import { askOverTls } from '../../helpers/tls-client.js';
import { until } from '../../helpers/until.js';

const maker = new CertificateMaker();
const ecdsa = maker.make('localhost', { names: ['localhost', '127.0.0.1'] });
const rsa = maker.make('rsa.test', { kind: 'rsa' });
const tls = `ssl.engine = "enable"\nssl.pemfile = "${ecdsa.pemFile}"`;

test('a key in the certificate file, TLS 1.3 alone, as in lighttpd 1.4.86', async () => {
  const server = await startServer([tls], { 'www/a.txt': 'hello' });
  const answer = await askOverTls({ port: server.port, path: '/a.txt' });
  assert.equal(answer.response.body.toString(), 'hello');
  assert.deepEqual(
    [answer.protocol, answer.cipher, answer.commonName],
    ['TLSv1.3', 'TLS_AES_256_GCM_SHA384', 'localhost'],
  );
  await assert.rejects(askOverTls({ port: server.port, maxVersion: 'TLSv1.2' }), /alert protocol version/);
  await server.stop();
});

test('a key in a file of its own; older versions and ciphers where they are asked for', async () => {
  const server = await startServer(
    [
      'ssl.engine = "enable"',
      `ssl.pemfile = "${rsa.certificateFile}"`,
      `ssl.privkey = "${rsa.keyFile}"`,
      'ssl.openssl.ssl-conf-cmd = ( "MinProtocol" => "TLSv1.2", "MaxProtocol" => "TLSv1.2",',
      '  "CipherString" => "ECDHE-RSA-AES128-GCM-SHA256", "Curves" => "P-256" )',
    ],
    { 'www/a.txt': 'hello' },
  );
  const answer = await askOverTls({ port: server.port, path: '/a.txt' });
  assert.deepEqual([answer.protocol, answer.cipher], ['TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256']);
  await assert.rejects(askOverTls({ port: server.port, minVersion: 'TLSv1.3' }));
  await assert.rejects(askOverTls({ port: server.port, ecdhCurve: 'X25519' }));
  await server.stop();
});

test('two kinds of keys: the client says which it can check', async () => {
  const server = await startServer([
    'ssl.engine = "enable"',
    `ssl.pemfile = "${rsa.pemFile}"`,
    `ssl.openssl.ssl-conf-cmd = ( "Certificate" => "${ecdsa.certificateFile}", "PrivateKey" => "${ecdsa.keyFile}" )`,
  ]);
  const named = async (sigalgs: string) => (await askOverTls({ port: server.port, sigalgs })).commonName;
  assert.equal(await named('ecdsa_secp256r1_sha256'), 'localhost');
  assert.equal(await named('rsa_pss_rsae_sha256'), 'rsa.test');
  await server.stop();
});

test('many requests in many records that arrive at once: each answer whole, in its turn', async () => {
  const count = 60;
  const text = (index: number) => `${index} `.repeat(index * 7 + 1);
  const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [`www/${i}.txt`, text(i)]));
  const server = await startServer([tls], files);
  const socket = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.setMaxSendFragment(512);
  const request = (path: string, more = '') => `GET /${path}.txt HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
  const paths = Array.from({ length: count }, (_, i) => String(i));
  socket.write(`${paths.map((path) => request(path)).join('')}${request('0', 'Connection: close\r\n')}`);
  let got = '';
  for await (const chunk of socket) got += chunk;
  const bodies = got.split(/HTTP\/1\.1 200 OK\r\n[\s\S]*?\r\n\r\n/).slice(1);
  assert.deepEqual(bodies, [...paths.map((path) => text(Number(path))), text(0)]);
  await server.stop();
});

test('https everywhere: redirects, conditions, templates, and ports that need no number', async () => {
  const server = await startServer(
    [
      tls,
      'server.modules = ( "mod_openssl", "mod_redirect", "mod_setenv" )',
      '$HTTP["scheme"] == "https" { setenv.add-response-header = ( "X-Scheme" => "https" ) }',
      'url.redirect = ( "^/to$" => "${url.scheme}://${url.authority}/there" )',
      'server.name = "site.test"',
    ],
    { 'www/folder/a.txt': '' },
  );
  const folder = await askOverTls({ port: server.port, path: '/folder' });
  assert.equal(folder.response.headers['location'], '/folder/');
  assert.equal(folder.response.headers['x-scheme'], 'https');
  const to = await askOverTls({ port: server.port, path: '/to', headers: { Host: 'other.test:443' } });
  assert.equal(to.response.headers['location'], 'https://other.test/there');
  await server.stop();
});

test('each socket has its own engine; one with nothing else takes the global certificate', async () => {
  const [plain, bare, own] = [await freePort(), await freePort(), await freePort()];
  const server = await startServer(
    [
      tls,
      `$SERVER["socket"] == "127.0.0.1:${plain}" { ssl.engine = "disable" }`,
      `$SERVER["socket"] == "127.0.0.1:${bare}" { ssl.engine = "enable" }`,
      `$SERVER["socket"] == "127.0.0.1:${own}" {`,
      `  ssl.engine = "enable"\n  ssl.pemfile = "${rsa.pemFile}" }`,
    ],
    { 'www/a.txt': 'hello' },
  );
  const inTheClear = await fetch(`http://127.0.0.1:${plain}/a.txt`);
  assert.equal(await inTheClear.text(), 'hello');
  assert.equal((await askOverTls({ port: bare })).commonName, 'localhost');
  assert.equal((await askOverTls({ port: own })).commonName, 'rsa.test');
  await server.stop();
});

test('a client that speaks HTTP where TLS is expected is closed without an answer, as by lighttpd', async () => {
  const server = await startServer([tls]);
  const received = await new Promise<string>((resolve) => {
    const socket = connectPlain(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('close', () => resolve(text));
  });
  assert.equal(received, '');
  await until(() => server.output().includes('http request'));
  assert.match(
    server.output(),
    /SSL: addr:127\.0\.0\.1 ssl_err:1 error:0A00009C:SSL routines:[^:]*:http request/,
  );
  await server.stop();
});

test('by ALPN HTTP/1.1 or HTTP/2 is agreed on; h2c, and what nobody speaks, is refused', async () => {
  const server = await startServer([tls]);
  const agreed = await askOverTls({ port: server.port, ALPNProtocols: ['spdy/3', 'http/1.1'] });
  assert.equal(agreed.application, 'http/1.1');
  const socket = connect({ port: server.port, ALPNProtocols: ['h2c', 'h2'], rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  assert.equal(socket.alpnProtocol, 'h2');
  const [frame] = (await once(socket, 'data')) as [Buffer];
  assert.equal(frame[3], 4, 'SETTINGS come first');
  socket.destroy();
  for (const unknown of ['spdy/3', 'h2c'])
    await assert.rejects(
      askOverTls({ port: server.port, ALPNProtocols: [unknown] }),
      /no application protocol/i,
    );
  await server.stop();
});

test('curl, openssl and a large download', async () => {
  const server = await startServer([tls]);
  const content = randomBytes(50 * 1024 * 1024);
  writeFileSync(join(server.root, 'www/large.bin'), content);
  const url = `https://localhost:${server.port}`;
  const curl = await runProgram(
    [
      'curl',
      '-sS',
      '--cacert',
      ecdsa.certificateFile,
      '-o',
      `${server.root}/got`,
      '-w',
      '%{http_code}',
      `${url}/large.bin`,
    ],
    { timeoutMs: 60_000 },
  );
  assert.equal(`${curl.stdout}${curl.stderr}`, '200');
  const sum = await runProgram(['sha256sum', `${server.root}/got`]);
  assert.equal(sum.stdout.split(' ')[0], createHash('sha256').update(content).digest('hex'));
  const client = await runProgram([
    'sh',
    '-c',
    `echo | openssl s_client -brief -connect 127.0.0.1:${server.port} 2>&1`,
  ]);
  assert.match(client.stdout, /Protocol version: TLSv1\.3/);
  await server.stop();
});

test('a PROXY header stands before the handshake', async () => {
  const server = await startServer([
    tls,
    'server.modules = ( "mod_openssl", "mod_extforward", "mod_accesslog" )',
    'extforward.forwarder = ( "127.0.0.1" => "trust" )',
    'extforward.hap-PROXY = "enable"',
    'accesslog.filename = "/dev/stderr"',
  ]);
  const answer = await askOverTls({
    port: server.port,
    prelude: 'PROXY TCP4 192.0.2.7 127.0.0.1 5555 443\r\n',
  });
  assert.equal(answer.response.status, 403);
  await assert.rejects(askOverTls({ port: server.port, prelude: 'PROXY nonsense\r\n' }));
  await server.stop();
  assert.match(server.output(), /^192\.0\.2\.7 .*"GET \/ HTTP\/1\.1" 403/m);
});

test('handshakes that do not end are closed like requests that do not come', async () => {
  const server = await startServer([tls, 'server.max-read-idle = 1']);
  const sockets = Array.from({ length: 50 }, () => connectPlain(server.port, '127.0.0.1'));
  const closed = sockets.map((socket) => new Promise((resolve) => socket.resume().on('close', resolve)));
  for (const socket of sockets) socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
  await Promise.all(closed);
  assert.equal((await askOverTls({ port: server.port })).response.status, 403);
  await server.stop();
});
