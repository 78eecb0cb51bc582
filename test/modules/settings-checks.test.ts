import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkConfiguration } from '../../src/modules/check-configuration.js';
import { CertificateMaker } from '../helpers/certificates.js';
import { treeOfText } from '../helpers/tree-of-text.js';

const folder = mkdtempSync(join(tmpdir(), 'checks-'));
after(() => rmSync(folder, { recursive: true }));

/** The errors of a configuration, as `line: summary`. */
async function errorsOf(module: string, lines: string): Promise<string[]> {
  const text = `server.modules = ( "${module}" )\nserver.document-root = "/"\n${lines}\n`;
  const { diagnostics } = await checkConfiguration(treeOfText(text), '');
  return diagnostics.items
    .filter(({ severity }) => severity === 'error')
    .map(({ origin, summary }) => `${origin?.line}: ${summary.replaceAll(folder, '')}`);
}

test('mod_openssl: a socket with TLS needs a certificate in its own scope, or nothing but ssl.engine', async () => {
  const { pemFile } = new CertificateMaker().make('localhost');
  const global = `ssl.pemfile = "${pemFile}"\n`;
  const bare = '$SERVER["socket"] == ":8443" { ssl.engine = "enable" }';
  const more =
    '$SERVER["socket"] == ":8443" { ssl.engine = "enable" ssl.stek-file = "x" ssl.read-ahead = 1 }';
  const missing = ['4: ssl.engine needs ssl.pemfile'];
  assert.deepEqual(await errorsOf('mod_openssl', `\n${bare}`), missing);
  assert.deepEqual(await errorsOf('mod_openssl', global + bare), []);
  assert.deepEqual(await errorsOf('mod_openssl', global + more), missing);
  const unreadable = `ssl.engine = "enable" ssl.pemfile = "${folder}/none"`;
  assert.deepEqual(await errorsOf('mod_openssl', unreadable), ['3: ssl.pemfile /none: it does not exist']);
});

test('mod_deflate: its folder must be one that can be made; looking leaves nothing behind', async () => {
  const inFile = join(folder, 'plain');
  writeFileSync(inFile, '');
  assert.deepEqual(await errorsOf('mod_deflate', `deflate.cache-dir = "${folder}/a/b/c/"`), []);
  assert.ok(!existsSync(join(folder, 'a')));
  const [error] = await errorsOf('mod_deflate', `compress.cache-dir = "${inFile}/below"`);
  assert.match(error, /^3: deflate\.cache-dir \/plain\/below: it cannot be used \(ENOTDIR\)$/);
});

test('mod_webdav: its database may be made, or must be one', async () => {
  const line = (name: string) => `webdav.sqlite-db-name = "${folder}/${name}"`;
  writeFileSync(join(folder, 'text'), 'no database at all');
  writeFileSync(join(folder, 'real'), 'SQLite format 3\0 and so on');
  assert.deepEqual(await errorsOf('mod_webdav', line('new')), []);
  assert.deepEqual(await errorsOf('mod_webdav', line('real')), []);
  assert.deepEqual(await errorsOf('mod_webdav', line('text')), [
    '3: webdav.sqlite-db-name /text: it is no database',
  ]);
  assert.equal((await errorsOf('mod_webdav', line('none/new'))).length, 1);
  assert.ok(!readdirSync(folder).includes('new'));
});

test('gateways: blocks that share a socket file start the same program', async () => {
  const server = (program: string) =>
    `fastcgi.server = ( ".php" => (( "socket" => "/tmp/s", "bin-path" => "${program}" )) )`;
  const inBlock = (line: string) => `$HTTP["host"] == "a" {\n${line}\n}`;
  assert.deepEqual(await errorsOf('mod_fastcgi', `${server('/bin/a')}\n${inBlock(server('/bin/a'))}`), []);
  assert.deepEqual(await errorsOf('mod_fastcgi', `${server('/bin/a')}\n${inBlock(server('/bin/b'))}`), [
    '5: fastcgi.server: /tmp/s belongs to /bin/a already, and cannot be that of /bin/b',
  ]);
});

test('gateways: mod_proxy has no authorizers, and its header options are checked one by one', async () => {
  const authorizer = 'proxy.server = ( "" => (( "host" => "127.0.0.1", "mode" => "authorizer" )) )';
  assert.equal((await errorsOf('mod_proxy', authorizer)).length, 1);
  const header = 'proxy.header = ( "upgrade" => "maybe", "nosuch" => 1, "map-urlpath" => ( "/a" ) )';
  assert.deepEqual(await errorsOf('mod_proxy', header), [
    '3: upgrade should be "enable" or "disable"',
    '3: proxy.header has no option nosuch',
    '3: map-urlpath should be a list',
  ]);
});
