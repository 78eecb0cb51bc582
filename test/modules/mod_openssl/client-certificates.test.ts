import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CertificateMaker, type TestCertificate } from '../../helpers/certificates.js';
import { startServer } from '../../helpers/server.js';
import { askOverTls } from '../../helpers/tls-client.js';

const maker = new CertificateMaker();
const own = maker.make('localhost');
const root = maker.make('root', { isAuthority: true });
const middle = maker.make('middle', { isAuthority: true }, root);
const stranger = maker.make('stranger', { isAuthority: true });
const subject = '/C=DE/O=Muster, Söhne/CN=Änne/emailAddress=anne@example.test/UID=anne';
const anne = maker.make('anne', { subject }, root);
const bert = maker.make('bert', {}, middle);
const mallory = maker.make('mallory', {}, stranger);

/** Prints its environment, and nothing else. */
const program = '#!/bin/sh\necho "Content-Type: text/plain"\necho\nenv\n';
const site = { 'www/env.cgi': { text: program, mode: '755' } };
const base = [
  'server.modules = ( "mod_openssl", "mod_cgi", "mod_auth", "mod_accesslog" )',
  'cgi.assign = ( ".cgi" => "/bin/sh" )',
  'accesslog.filename = "/dev/stderr"',
  'ssl.engine = "enable"',
  `ssl.pemfile = "${own.pemFile}"`,
  'ssl.verifyclient.activate = "enable"',
  `ssl.verifyclient.ca-file = "${root.certificateFile}"`,
];

const as = ({ key }: TestCertificate, ...chain: TestCertificate[]) => ({
  key,
  cert: Buffer.concat(chain.map(({ certificate }) => certificate)),
});

async function variables(port: number, client: object = {}): Promise<Record<string, string>> {
  const { response } = await askOverTls({ port, path: '/env.cgi', ...client });
  assert.equal(response.status, 200);
  return Object.fromEntries(
    response.body
      .toString('latin1')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

test('what a client proves of itself is told to programs and logs', async () => {
  const server = await startServer(
    [...base, 'ssl.verifyclient.username = "SSL_CLIENT_S_DN_UID"', 'ssl.verifyclient.exportcert = "enable"'],
    site,
  );
  const env = await variables(server.port, as(anne, anne));
  const expected = {
    SSL_PROTOCOL: 'TLSv1.3',
    SSL_CIPHER: 'TLS_AES_256_GCM_SHA384',
    SSL_CIPHER_USEKEYSIZE: '256',
    SSL_CIPHER_ALGKEYSIZE: '256',
    SSL_CLIENT_VERIFY: 'SUCCESS',
    SSL_CLIENT_S_DN: Buffer.from(
      'C = DE, O = "Muster, Söhne", CN = Änne, emailAddress = anne@example.test, UID = anne',
    ).toString('latin1'),
    SSL_CLIENT_S_DN_C: 'DE',
    SSL_CLIENT_S_DN_O: Buffer.from('Muster, Söhne').toString('latin1'),
    SSL_CLIENT_S_DN_CN: Buffer.from('Änne').toString('latin1'),
    SSL_CLIENT_S_DN_EMAILADDRESS: 'anne@example.test',
    SSL_CLIENT_S_DN_UID: 'anne',
    REMOTE_USER: 'anne',
    AUTH_TYPE: 'SSL_CLIENT_VERIFY',
    SSL_CLIENT_CERT: '-----BEGIN CERTIFICATE-----',
    HTTPS: 'on',
    REQUEST_SCHEME: 'https',
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(env[name], value, name);
  assert.match(env['SSL_CLIENT_M_SERIAL'] ?? '', /^10[0-9A-F]{2}$/);
  await server.stop();
  assert.match(server.output(), /^127\.0\.0\.1 localhost anne \[/m);
});

test('clients without a good certificate are refused', async () => {
  const server = await startServer(base, site);
  await assert.rejects(
    askOverTls({ port: server.port }),
    /certificate required|no response|hang up|ECONNRESET/,
  );
  await assert.rejects(askOverTls({ port: server.port, ...as(mallory, mallory) }));
  await server.stop();
  assert.match(server.output(), /SSL: addr:127\.0\.0\.1 verify error:num=\d+:.*:depth=0:subject=CN=mallory/);
});

test('without enforcement they are let in, and told apart', async () => {
  const server = await startServer([...base, 'ssl.verifyclient.enforce = "disable"'], site);
  assert.equal((await variables(server.port))['SSL_CLIENT_VERIFY'], 'NONE');
  const bad = await variables(server.port, as(mallory, mallory));
  assert.match(bad['SSL_CLIENT_VERIFY'] ?? '', /^FAILED:error:0000001[45]:lib\(0\)::reason\(2[01]\)$/);
  assert.equal(bad['SSL_CLIENT_S_DN'], undefined);
  assert.equal((await variables(server.port, as(anne, anne)))['SSL_CLIENT_VERIFY'], 'SUCCESS');
  await server.stop();
});

test('only the hosts that ask for a certificate do', async () => {
  const [activate, ca] = base.slice(-2);
  const server = await startServer(
    [...base.slice(0, -2), `$HTTP["host"] == "club.test" {\n${activate}\n${ca}\n}`],
    site,
  );
  assert.equal((await variables(server.port, { servername: 'open.test' }))['SSL_CLIENT_VERIFY'], undefined);
  await assert.rejects(askOverTls({ port: server.port, servername: 'club.test' }));
  const member = await variables(server.port, { servername: 'club.test', ...as(anne, anne) });
  assert.equal(member['SSL_CLIENT_VERIFY'], 'SUCCESS');
  await server.stop();
});

test('the length of a chain is limited', async () => {
  const client = as(bert, bert, middle);
  for (const [depth, isGood] of [
    [1, false],
    [2, true],
  ] as const) {
    const server = await startServer([...base, `ssl.verifyclient.depth = ${depth}`], site);
    if (isGood) assert.equal((await variables(server.port, client))['SSL_CLIENT_VERIFY'], 'SUCCESS');
    else await assert.rejects(askOverTls({ port: server.port, ...client }));
    await server.stop();
  }
});

test('ssl.ca-dn-file says who may have signed', async () => {
  const server = await startServer([...base, `ssl.ca-dn-file = "${middle.certificateFile}"`], site);
  await assert.rejects(askOverTls({ port: server.port, ...as(anne, anne) }));
  assert.equal((await variables(server.port, as(bert, bert, middle)))['SSL_CLIENT_VERIFY'], 'SUCCESS');
  await server.stop();
});

test('revoked certificates are refused', async () => {
  const gone = maker.make('gone', {}, root);
  maker.write('index.txt', '');
  maker.write(
    'ca.conf',
    `[ca]\ndefault_ca=x\n[x]\ndatabase=${maker.folder}/index.txt\ndefault_md=sha256\ndefault_crl_days=30\n`,
  );
  const signer = ['-config', 'ca.conf', '-cert', root.certificateFile, '-keyfile', root.keyFile];
  maker.openssl('ca', ...signer, '-revoke', gone.certificateFile);
  const list = maker.write('list.pem', maker.openssl('ca', ...signer, '-gencrl'));
  const server = await startServer([...base, `ssl.verifyclient.ca-crl-file = "${list}"`], site);
  await assert.rejects(askOverTls({ port: server.port, ...as(gone, gone) }));
  assert.equal((await variables(server.port, as(anne, anne)))['SSL_CLIENT_VERIFY'], 'SUCCESS');
  await server.stop();
});
