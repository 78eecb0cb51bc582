import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CertificateMaker } from '../../helpers/certificates.js';
import { runProgram, serverCommand } from '../../helpers/programs.js';

const maker = new CertificateMaker();
const good = maker.make('good.test');
const other = maker.make('other.test');
const expired = maker.make('old.test', { days: -1 });
const weak = maker.make('weak.test');
maker.openssl(
  'req',
  '-x509',
  '-newkey',
  'rsa:512',
  '-nodes',
  '-subj',
  '/CN=weak',
  '-keyout',
  weak.keyFile,
  '-out',
  weak.certificateFile,
);
const text = maker.write('text.pem', 'no certificate\n');
const locked = maker.write('locked.key', '');
maker.openssl('pkcs8', '-topk8', '-in', good.keyFile, '-passout', 'pass:secret', '-out', locked);

interface Verdict {
  readonly status: number | null;
  readonly said: string;
}

async function check(...lines: string[]): Promise<Verdict> {
  const own = ['server.document-root = "/"', 'server.modules := ( "mod_openssl" )', ...lines];
  const file = maker.write('check.conf', `${own.join('\n')}\n`);
  const { status, stdout, stderr } = await runProgram([...serverCommand, '-tt', '-f', file]);
  return { status, said: stdout + stderr };
}

async function refused(said: RegExp, ...lines: string[]): Promise<void> {
  const verdict = await check(...lines);
  assert.notEqual(verdict.status, 0, lines.join('; '));
  assert.match(verdict.said, said);
  assert.match(verdict.said, /check\.conf:\d+:\d+: error: /);
}

async function warned(said: RegExp, ...lines: string[]): Promise<void> {
  const verdict = await check(...lines);
  assert.equal(verdict.status, 0, verdict.said);
  assert.match(verdict.said, said);
}

const engine = 'ssl.engine = "enable"';
const pemfile = `ssl.pemfile = "${good.pemFile}"`;

test('files that are missing, or hold something else', async () => {
  await refused(/ssl\.engine needs ssl\.pemfile/, engine);
  await refused(/ssl\.pemfile \/nowhere\.pem: it does not exist/, engine, 'ssl.pemfile = "/nowhere.pem"');
  await refused(/ssl\.pemfile \/etc: it is a folder/, engine, 'ssl.pemfile = "/etc"');
  await refused(/URIs/, engine, 'ssl.pemfile = "pkcs11:object=x"');
  await refused(/couldn't read X509 certificate from/, engine, `ssl.pemfile = "${text}"`);
  await refused(/couldn't read private key from/, engine, pemfile, `ssl.privkey = "${text}"`);
  await refused(/asks for a passphrase/, engine, pemfile, `ssl.privkey = "${locked}"`);
  await refused(/ca-file .*couldn't read X509/, engine, pemfile, `ssl.verifyclient.ca-file = "${text}"`);
  await refused(/it holds no list/, engine, pemfile, `ssl.verifyclient.ca-crl-file = "${text}"`);
  await warned(/it is no answer of OCSP/, engine, pemfile, `ssl.stapling-file = "${text}"`);
});

test('a key that belongs to another certificate, and one that is too weak', async () => {
  await refused(
    /Private key does not match the certificate public key/,
    engine,
    pemfile,
    `ssl.privkey = "${other.keyFile}"`,
  );
  await refused(
    /key too small/,
    engine,
    `ssl.pemfile = "${weak.certificateFile}"`,
    `ssl.privkey = "${weak.keyFile}"`,
  );
});

test('TLS without its module', async () => {
  const off = 'server.compat-module-load = "disable"';
  await refused(
    /ssl\.engine needs mod_openssl/,
    'server.modules := ( "mod_staticfile" )',
    off,
    engine,
    pemfile,
  );
});

test('an expired certificate is served, and said', async () => {
  await warned(/inactive\/expired X509 certificate/, engine, `ssl.pemfile = "${expired.pemFile}"`);
});

test('commands for OpenSSL that it does not know, or that Node.js has no call for', async () => {
  const command = (text: string) => `ssl.openssl.ssl-conf-cmd = ( ${text} )`;
  await refused(/SSL_CONF_cmd Nonsense x/, engine, pemfile, command('"Nonsense" => "x"'));
  await refused(/SSL_CONF_cmd MinProtocol TLSv9/, engine, pemfile, command('"MinProtocol" => "TLSv9"'));
  await refused(/SSL_CONF_cmd Options -Nothing/, engine, pemfile, command('"Options" => "-Nothing"'));
  await refused(/no cipher match/i, engine, pemfile, command('"CipherString" => "NOTHING"'));
  await refused(/ECDH curve/i, engine, pemfile, command('"Groups" => "nothing"'));
  await warned(/NumTickets "4" has no effect/, engine, pemfile, command('"NumTickets" => "4"'));
  await warned(/no client can connect/, engine, pemfile, command('"MaxProtocol" => "TLSv1.2"'));
  const all =
    '"Options" => "-ServerPreference, SessionTicket", "MinProtocol" => "TLSv1.2", "SecurityLevel" => "1"';
  const { status, said } = await check(engine, pemfile, command(all));
  assert.deepEqual([status, /warning|error/.test(said)], [0, false], said);
});

test('what Node.js cannot do, and what is gone', async () => {
  await warned(/no Encrypted Client Hello/, engine, pemfile, 'ssl.ech-opts = ( "keydir" => "/etc/ech" )');
  await warned(
    /ssl\.use-sslv3 was removed after lighttpd 1\.4\.67/,
    engine,
    pemfile,
    'ssl.use-sslv3 = "enable"',
  );
  await warned(/ssl\.cipher-list has been replaced/, engine, pemfile, 'ssl.cipher-list = "HIGH"');
  await warned(
    /can't verify client without ssl\.verifyclient\.ca-file/,
    engine,
    pemfile,
    'ssl.verifyclient.activate = "enable"',
  );
});

test('certificates that the server should fetch by itself', async () => {
  const acme = (...more: string[]): string =>
    `server.feature-flags = ( ${['"ssl.acme" => "enable"', '"ssl.acme-folder" => "/acme/"', ...more].join(', ')} )`;
  const later = 'ssl.pemfile = "/acme/a.test,www.a.test.pem"';
  assert.equal((await check(engine, later, acme())).said.includes('warning'), false);
  await refused(
    /ssl\.pemfile \/acme\/a\.test\.pem: it does not exist/,
    engine,
    'ssl.pemfile = "/acme/a.test.pem"',
  );
  await refused(/its name tells no hosts/, engine, 'ssl.pemfile = "/acme/site.pem"', acme());
  await refused(/its name tells no hosts/, engine, 'ssl.pemfile = "/acme/*.a.test.pem"', acme());
  await refused(/with its key/, engine, later, `ssl.privkey = "${good.keyFile}"`, acme());
  await refused(/is no https URL/, engine, later, acme('"ssl.acme-directory" => "http://a.test/"'));
  await refused(/"dns-01" is not known/, engine, later, acme('"ssl.acme-challenge" => "dns-01"'));
  await refused(/belong together/, engine, later, acme('"ssl.acme-external-key-id" => "1"'));
  await warned(/no ssl\.pemfile lies in \/acme; nothing is fetched/, engine, pemfile, acme());
  await warned(/ssl\.acme has no effect without mod_openssl/, 'server.modules := ( "mod_access" )', acme());
});

test('the modules for other libraries are the same one', async () => {
  for (const name of ['gnutls', 'mbedtls', 'nss', 'wolfssl', 'boringssl']) {
    const { status, said } = await check(engine, pemfile, `server.modules := ( "mod_${name}" )`);
    assert.equal(status, 0, said);
  }
});
