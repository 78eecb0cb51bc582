import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasPebble, type Pebble, startPebble } from '../../helpers/pebble.js';
import { freePort } from '../../helpers/ports.js';
import { startServer, type TestServer } from '../../helpers/server.js';
import { askOverTls } from '../../helpers/tls-client.js';
import { until } from '../../helpers/until.js';

const skip = hasPebble ? false : 'pebble is not installed';
const withinMs = 60_000;

/** The flags of a server that fetches certificates. */
function flags({ directory, caFile }: Pick<Pebble, 'directory' | 'caFile'>, more: string[] = []): string {
  const all = [
    '"ssl.acme" => "enable"',
    '"ssl.acme-folder" => "@ROOT@/acme"',
    `"ssl.acme-directory" => "${directory}"`,
    `"ssl.acme-ca-file" => "${caFile}"`,
    ...more,
  ];
  return `server.feature-flags = ( ${all.join(', ')} )`;
}

/** A TLS socket beside the plain one, with the certificate of one file. */
function tlsSocket(port: number, names: string): string {
  return `$SERVER["socket"] == "127.0.0.1:${port}" { ssl.engine = "enable"
    ssl.pemfile = "@ROOT@/acme/${names}.pem" }`;
}

const fetched = ({ root }: TestServer, names: string): X509Certificate | null => {
  const file = join(root, `acme/${names}.pem`);
  return existsSync(file) ? new X509Certificate(readFileSync(file)) : null;
};

const common = ['server.modules = ( "mod_openssl", "mod_redirect" )', 'server.max-worker = 2'];

test('http-01: a certificate is fetched and served by every worker, without a reload', { skip }, async () => {
  const [httpPort, tlsPort] = [await freePort(), await freePort()];
  const pebble = await startPebble({ httpPort });
  const names = 'one.test,www.one.test';
  const server = await startServer(
    [
      ...common,
      'server.port = @PORT@',
      'url.redirect = ( "" => "https://one.test/" )',
      `$SERVER["socket"] == "127.0.0.1:${httpPort}" { }`,
      tlsSocket(tlsPort, names),
      flags(pebble, ['"ssl.acme-challenge" => "http-01"', '"ssl.acme-contact" => "mailto:a@one.test"']),
    ],
    { 'www/index.html': 'ours' },
  );
  await assert.rejects(askOverTls({ port: tlsPort, servername: 'one.test' }), 'there is none yet');
  assert.ok(
    await until(() => server.output().includes(`certificate of one.test, www.one.test fetched`), withinMs),
  );
  const file = join(server.root, `acme/${names}.pem`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(server.root, 'acme/account.key')).mode & 0o777, 0o600);
  const certificate = fetched(server, names);
  assert.match(certificate?.subjectAltName ?? '', /DNS:one\.test, DNS:www\.one\.test/);
  const isServed = async () => {
    const answers = [];
    for (let count = 0; count < 6; count++) {
      try {
        answers.push((await askOverTls({ port: tlsPort, servername: 'www.one.test' })).serialNumber);
      } catch {
        return false;
      }
    }
    return answers.every((serial) => serial === certificate?.serialNumber);
  };
  assert.ok(await until(isServed));
  const { status } = await server.get('/.well-known/acme-challenge/guess');
  assert.equal(status, 301, 'what is no proof is a request like any other');
  await server.stop();
  await pebble.stop();
});

test('tls-alpn-01, and renewal after two thirds of the life of a certificate', { skip }, async () => {
  const tlsPort = await freePort();
  const pebble = await startPebble({ tlsPort, seconds: 12 });
  // neither workers nor who speaks to the authority can read or write the folder then
  const isRoot = process.getuid?.() === 0;
  const somebody = isRoot ? ['server.username = "daemon"', 'server.groupname = "daemon"'] : [];
  const server = await startServer([...common, ...somebody, tlsSocket(tlsPort, 'two.test'), flags(pebble)]);
  assert.ok(await until(() => fetched(server, 'two.test') !== null, withinMs), server.output());
  const first = fetched(server, 'two.test');
  assert.ok(
    await until(() => fetched(server, 'two.test')?.serialNumber !== first?.serialNumber, withinMs),
    server.output(),
  );
  const second = fetched(server, 'two.test');
  const apart = Date.parse(second?.validFrom ?? '') - Date.parse(first?.validFrom ?? '');
  assert.ok(apart >= 7000 && apart < 20_000, `${apart} ms`);
  await server.stop();
  await pebble.stop();
});

test('an authority that says no, or is not there: said, tried again later, and the rest is served', {
  skip,
}, async () => {
  const [httpPort, tlsPort, deadPort] = [await freePort(), await freePort(), await freePort()];
  const pebble = await startPebble({ httpPort });
  const refused = await startServer([
    ...common,
    tlsSocket(tlsPort, 'blocked-domain.example'),
    flags(pebble, ['"ssl.acme-challenge" => "http-01"']),
  ]);
  const no =
    /certificate of blocked-domain\.example could not be fetched: .*blocked-domain.*; the next attempt is in 300 seconds/;
  assert.ok(await until(() => no.test(refused.output()), withinMs), refused.output());
  assert.equal((await refused.get('/missing')).status, 404);
  await refused.stop();
  const gone = { directory: `https://127.0.0.1:${deadPort}/dir`, caFile: pebble.caFile };
  const alone = await startServer([...common, tlsSocket(tlsPort, 'three.test'), flags(gone)]);
  const away =
    /certificate of three\.test could not be fetched: .*refused.*; the next attempt is in 10 seconds/i;
  assert.ok(await until(() => away.test(alone.output()), withinMs), alone.output());
  await alone.stop();
  await pebble.stop();
});

test('an account that the authority has given out', { skip }, async () => {
  const tlsPort = await freePort();
  const key = Buffer.alloc(48, 7).toString('base64url');
  const pebble = await startPebble({ tlsPort, externalKeys: { 'kid-7': key } });
  const server = await startServer([
    ...common,
    tlsSocket(tlsPort, 'four.test'),
    flags(pebble, ['"ssl.acme-external-key-id" => "kid-7"', `"ssl.acme-external-key" => "${key}"`]),
  ]);
  assert.ok(await until(() => fetched(server, 'four.test') !== null, withinMs), server.output());
  await server.stop();
  await pebble.stop();
});
