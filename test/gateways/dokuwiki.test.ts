import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type RunResult, runProgram } from '../helpers/programs.js';
import { startServer, type TestServer } from '../helpers/server.js';

const wiki = '/usr/share/dokuwiki';
const phpCgi = '/usr/bin/php-cgi';
const missing = [wiki, phpCgi].filter((path) => !existsSync(path)).join();

/** As the wiki's package configures lighttpd, with PHP started by the server and readable URLs. */
const config = [
  'server.modules = ( "mod_access", "mod_alias", "mod_rewrite", "mod_fastcgi" )',
  'server.follow-symlink = "enable"',
  'index-file.names = ( "index.html", "doku.php" )',
  '$HTTP["url"] =~ "/(\\.|_)ht" { url.access-deny = ( "" ) }',
  '$HTTP["url"] =~ "^/wiki/(bin|data|inc|conf)" { url.access-deny = ( "" ) }',
  'url.rewrite-if-not-file = ( "^/wiki/([a-z:]+)(?:\\?(.*))?$" => "/wiki/doku.php?id=$1&$2" )',
  'static-file.exclude-extensions = ( ".php" )',
  'fastcgi.server = ( ".php" => (( "socket" => "@ROOT@/php.sock", "bin-path" => "/usr/bin/php-cgi -c @ROOT@/php.ini",',
  '  "max-procs" => 1, "bin-environment" => ( "PHP_FCGI_CHILDREN" => "2" ), "broken-scriptfilename" => "enable" )) )',
];

let server: TestServer | undefined;
after(() => server?.stop());

/** The package's own files, with a folder of settings and one of pages for this test. */
function layOut(root: string): void {
  const place = join(root, 'www/wiki');
  cpSync(wiki, place, { recursive: true, dereference: true });
  cpSync('/etc/dokuwiki', join(place, 'conf'), {
    recursive: true,
    filter: (path) => !/(?:acl|users)\.auth\.php$/.test(path),
  });
  for (const folder of 'attic cache index locks log media media_attic media_meta meta pages tmp'.split(' '))
    mkdirSync(join(root, 'pages', folder), { recursive: true });
  const conf = join(place, 'conf');
  writeFileSync(join(place, 'inc/preload.php'), `<?php define('DOKU_CONF', '${conf}/');`);
  const settings = [
    "$conf['useacl'] = 1; $conf['superuser'] = 'admin'; $conf['passcrypt'] = 'sha1';",
    `$conf['savedir'] = '${root}/pages'; $conf['disableactions'] = 'register';`,
  ];
  writeFileSync(join(conf, 'local.php'), `<?php\n${settings.join('\n')}\n`);
  writeFileSync(join(conf, 'acl.auth.php'), '*\t@ALL\t1\n');
  // "secret"
  writeFileSync(
    join(conf, 'users.auth.php'),
    'admin:e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4:Admin:a@b.test:admin\n',
  );
}

/** Curl as a browser that remembers who it is. */
function browse(root: string, url: string, ...words: string[]): Promise<RunResult> {
  const jar = join(root, 'cookies');
  return runProgram(['curl', '-sSL', '-b', jar, '-c', jar, '--max-time', '20', ...words, url]);
}

const field = (page: string, name: string): string => {
  const found = new RegExp(`name="${name}" value="([^"]*)"`).exec(page);
  assert.ok(found, `no field ${name} in ${page.slice(0, 2000)}`);
  return found[1];
};
const form = (fields: Readonly<Record<string, string>>): string[] =>
  Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);

test('DokuWiki: read, log in, write a page, search it, upload a picture and see it', {
  skip: missing === '' ? false : `no ${missing}`,
}, async () => {
  server = await startServer(config, { 'php.ini': 'error_reporting = 0\n', 'www/.keep': '' });
  const { root, url } = server;
  layOut(root);
  const open = (path: string, ...words: string[]) => browse(root, `${url}/wiki/${path}`, ...words);
  assert.match((await open('')).stdout, /This topic does not exist yet/);
  assert.match((await open('conf/users.auth.php')).stdout, /403 Forbidden/);

  const login = await open('doku.php?id=start&do=login');
  const sectok = field(login.stdout, 'sectok');
  const inside = await open(
    'doku.php',
    ...form({ id: 'start', do: 'login', sectok, u: 'admin', p: 'secret' }),
  );
  assert.match(inside.stdout, /Logged in as/);

  const editor = await open('doku.php?id=garden&do=edit');
  const names = ['sectok', 'rev', 'date', 'prefix', 'suffix', 'changecheck', 'target'];
  const hidden = Object.fromEntries(names.map((name) => [name, field(editor.stdout, name)]));
  const text = 'In the **garden** grow rhododendrons, ä and %26.\n\n{{:flower.png|a flower}}';
  const saved = await open(
    'doku.php?id=garden',
    ...form({ ...hidden, id: 'garden', wikitext: text, 'do[save]': '1' }),
  );
  assert.match(saved.stdout, /<strong>garden<\/strong> grow rhododendrons, \u00c3\u00a4 and %26\./);
  assert.match((await open('garden')).stdout, /grow rhododendrons/, 'by its readable URL');
  assert.match((await open('doku.php?do=search&q=rhododendrons')).stdout, /id=garden|wiki\/garden/);

  const picture = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  writeFileSync(join(root, 'flower.png'), picture);
  const manager = await open('lib/exe/mediamanager.php?ns=');
  const uploaded = await open(
    'lib/exe/mediamanager.php?ns=',
    ...['-F', `sectok=${field(manager.stdout, 'sectok')}`, '-F', 'ns=', '-F', 'mediaid=flower.png'],
    ...['-F', `upload=@${join(root, 'flower.png')};type=image/png`],
  );
  assert.match(uploaded.stdout, /Upload successful/);
  const fetched = await open('lib/exe/fetch.php?media=flower.png');
  assert.equal(fetched.stdout, picture.toString('latin1'));
  const unchanged = await open(
    'lib/tpl/dokuwiki/images/logo.png',
    '-o',
    join(root, 'logo'),
    '-w',
    '%{http_code}',
  );
  assert.equal(unchanged.stdout, '200');
});
